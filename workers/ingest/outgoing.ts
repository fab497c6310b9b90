/**
 * The way from ingest to the topic. Words wait in their order while others are being published, or
 * while the streams are down; what waits becomes few words and shares calls, so a recording costs
 * few round trips however small its batches are, and an outage loses no price.
 *
 * A recording stands still while too much waits. A live venue waits for nobody: beyond a maximum
 * its oldest words are dropped, counted, and told with their symbols and times.
 */

import type { QuoteEvent } from "../../shared/contracts/messages/quotes.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { publishEvents } from "../../shared/runtime/events.ts";
import type { Quote } from "../../shared/domain/quote.ts";
import type { Logger } from "../../shared/runtime/logger.ts";
import type { Metrics } from "../../shared/runtime/metrics.ts";
import { pause } from "../../shared/runtime/time.ts";
import type { EventStreams } from "../../shared/streams/event_streams.ts";
import type { Heard } from "./decide.ts";
import { DroppedQuotes } from "./dropped_quotes.ts";
import { HoldBack } from "./hold_back.ts";
import { mergeWords, type Word } from "./merge_words.ts";

/**
 * What may wait of a live venue: ten minutes of five hundred quotes a second, or a day of silence,
 * of which a word is told every ten seconds.
 */
export const waitingMax: Waiting = { quotes: 300_000, words: 10_000 };
const nothing: Waiting = { quotes: 0, words: 0 };
/** Words of a recording that may wait; it stands still beyond. */
const recordedWordsMax = 500;
/** How long a recording's words gather; at its own pace mostly one comes. */
const gatherMs = 1;
/** Words of one call at most, so that a long backlog is not sent anew when a part of it fails. */
const wordsPerCallMax = 100;
/** Pause before words that could not be published are tried again. */
const republishMs = 500;

export interface Waiting {
  readonly quotes: number;
  readonly words: number;
}

export interface OutgoingDeps {
  readonly streams: EventStreams;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Whether the venue waits for readers. */
  readonly recorded: boolean;
  readonly toEvent: (word: Word) => QuoteEvent;
  /** A word that nobody will hear was dropped. */
  readonly unheard: (heard: Heard) => void;
  /** Default {@link waitingMax}. */
  readonly most?: Waiting | undefined;
}

export class Outgoing {
  readonly #deps: OutgoingDeps;
  readonly #holdBack: HoldBack;
  readonly #dropped: DroppedQuotes;
  readonly #published;
  /** In order; those of the call under way are not among them. */
  #waiting: Word[] = [];
  #waitingQuotes = 0;
  #sending: Promise<void> | null = null;

  constructor(deps: OutgoingDeps) {
    this.#deps = deps;
    this.#holdBack = new HoldBack(deps);
    this.#dropped = new DroppedQuotes(deps);
    this.#published = deps.metrics.counter("spotwire_ingest_quotes_total", "Quotes published");
    const waiting = () => this.#waitingQuotes;
    deps.metrics.gauge("spotwire_ingest_waiting_quotes", "Quotes that wait for the streams", {
      collect() {
        this.set(waiting());
      },
    });
  }

  async begin(): Promise<void> {
    if (this.#deps.recorded) await this.#holdBack.begin();
  }

  /** Resolves when the venue may go on; the words may still be on their way. */
  async put(words: readonly Word[], signal: AbortSignal): Promise<void> {
    this.#waitingQuotes += countOf(words);
    this.#waiting.push(...words);
    this.#sending ??= this.#send(signal);
    if (!this.#deps.recorded) return this.#bound();
    while (this.#waiting.length >= recordedWordsMax && !signal.aborted) await this.#sending;
  }

  /** Resolves when everything put is published, or given up after the signal has aborted. */
  async sent(): Promise<void> {
    await this.#sending;
  }

  async #send(signal: AbortSignal): Promise<void> {
    const { recorded, logger } = this.#deps;
    while (this.#waiting.length > 0) {
      if (recorded) await pause(gatherMs, signal);
      this.#waiting = mergeWords(this.#waiting);
      const words = this.#waiting.splice(0, wordsPerCallMax);
      // At the end there is one more try, and no waiting.
      const isLast = signal.aborted;
      try {
        await this.#publish(words, signal);
      } catch (error) {
        this.#waiting.unshift(...words);
        this.#bound(isLast ? nothing : undefined);
        this.#dropped.tell();
        if (isLast) break;
        const quotes = this.#waitingQuotes;
        logger.error({ err: error, quotes }, "quotes not published, will retry");
        await pause(republishMs, signal);
      }
    }
    this.#sending = null;
  }

  async #publish(words: readonly Word[], signal: AbortSignal): Promise<void> {
    const { streams, recorded, toEvent } = this.#deps;
    if (recorded) await this.#holdBack.before(words.length, signal);
    await publishEvents(streams, topics.quotes, words.map(toEvent));
    const quotes = countOf(words);
    this.#waitingQuotes -= quotes;
    this.#published.inc(quotes);
    this.#dropped.tell();
  }

  /** Drops the oldest words beyond the maximum. */
  #bound({ quotes, words } = this.#deps.most ?? waitingMax): void {
    if (this.#waiting.length > words) this.#waiting = mergeWords(this.#waiting);
    let drop = 0;
    while (this.#waitingQuotes > quotes || this.#waiting.length - drop > words) {
      const word = this.#waiting[drop++];
      if (word === undefined) break; // the others are being published
      this.#waitingQuotes -= quotesOf(word).length;
      this.#dropped.take(quotesOf(word));
      if ("heard" in word) this.#deps.unheard(word.heard);
    }
    this.#waiting.splice(0, drop);
  }
}

const quotesOf = (word: Word): readonly Quote[] =>
  "quotes" in word ? word.quotes : "late" in word ? word.late : [];

const countOf = (words: readonly Word[]): number =>
  words.reduce((sum, word) => sum + quotesOf(word).length, 0);
