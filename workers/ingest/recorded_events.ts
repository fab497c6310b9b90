/**
 * A recording's way to the topic, as fast as its slowest reader. Words that gather while others are
 * being published become few and share the next call, so a recording costs few round trips however
 * small its batches are, and no quote is ever dropped.
 */

import type { QuoteEvent } from "../../shared/contracts/messages/quotes.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { publishEvents } from "../../shared/runtime/events.ts";
import type { Logger } from "../../shared/runtime/logger.ts";
import { pause } from "../../shared/runtime/time.ts";
import type { EventStreams } from "../../shared/streams/event_streams.ts";
import { HoldBack } from "./hold_back.ts";
import { mergeWords, type Word } from "./merge_words.ts";

/** Words that may wait; the recording stands still beyond. */
const waitingMax = 500;
/** How long events gather; at a recording's own pace mostly one comes. */
const gatherMs = 1;
/** Pause before events that could not be published are tried again. */
const republishMs = 500;

export interface RecordedEventsDeps {
  readonly streams: EventStreams;
  readonly logger: Logger;
  readonly toEvent: (word: Word) => QuoteEvent;
  /** So many quotes are on the stream. */
  readonly published: (quotes: number) => void;
}

export class RecordedEvents {
  readonly #deps: RecordedEventsDeps;
  readonly #holdBack: HoldBack;
  #waiting: Word[] = [];
  #quotes = 0;
  #sending: Promise<void> | null = null;

  constructor(deps: RecordedEventsDeps) {
    this.#deps = deps;
    this.#holdBack = new HoldBack(deps);
  }

  begin(): Promise<void> {
    return this.#holdBack.begin();
  }

  /** Resolves when the recording may go on; the words may still be on their way. */
  async put(words: readonly Word[], quotes: number, signal: AbortSignal): Promise<void> {
    this.#waiting.push(...words);
    this.#quotes += quotes;
    this.#sending ??= this.#send(signal);
    while (this.#waiting.length >= waitingMax && !signal.aborted) await this.#sending;
  }

  /** Resolves when everything put is published. */
  async sent(): Promise<void> {
    await this.#sending;
  }

  async #send(signal: AbortSignal): Promise<void> {
    const { streams, logger, published, toEvent } = this.#deps;
    while (this.#waiting.length > 0 && !signal.aborted) {
      await pause(gatherMs, signal);
      const events = mergeWords(this.#waiting).map(toEvent);
      const quotes = this.#quotes;
      this.#waiting = [];
      this.#quotes = 0;
      while (!signal.aborted) {
        try {
          await this.#holdBack.before(events.length, signal);
          await publishEvents(streams, topics.quotes, events);
          published(quotes);
          break;
        } catch (error) {
          if (signal.aborted) break;
          logger.error({ err: error, quotes }, "recording not published, will retry");
          await pause(republishMs, signal);
        }
      }
    }
    this.#sending = null;
  }
}
