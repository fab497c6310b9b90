/** The loop from a venue to the `quotes` topic: reads, judges, publishes, and connects again. */

import { writeQuotes } from "../../shared/contracts/messages/quote_batch.ts";
import {
  type QuoteEvent,
  quotesPerEventMax,
  type VenueHeard,
} from "../../shared/contracts/messages/quotes.ts";
import type { Quote } from "../../shared/domain/quote.ts";
import type { Clock, Timer } from "../../shared/domain/time.ts";
import type { EventSource } from "../../shared/runtime/events.ts";
import type { Logger } from "../../shared/runtime/logger.ts";
import type { Metrics } from "../../shared/runtime/metrics.ts";
import { pause } from "../../shared/runtime/time.ts";
import type { EventStreams } from "../../shared/streams/event_streams.ts";
import type { PriceVenue, Refusal, TickBatch } from "../../shared/venues/venue.ts";
import {
  closingTime,
  type Heard,
  judgeBatch,
  type Judged,
  newIngestState,
  retell,
} from "./decide.ts";
import type { Word } from "./merge_words.ts";
import { Outgoing } from "./outgoing.ts";
import { Quarantine } from "./quarantine.ts";

/** First and longest pause before a venue that failed is asked again. */
const reconnectMs = { first: 500, most: 30_000 };

export interface IngestDeps {
  readonly venue: PriceVenue;
  /** The market's clock. */
  readonly timer: Timer;
  /** The wall clock. */
  readonly clock: Clock;
  readonly streams: EventStreams;
  readonly events: EventSource;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** A sequence of an earlier run, see `readLastSequence`; `null` when there was none. */
  readonly lastSequence: number | null;
  /** Where the venue tells what it refused itself. */
  readonly reports?: { keepWith(keep: (refusal: Refusal) => void): void } | undefined;
}

export class Ingest {
  readonly #deps: IngestDeps;
  readonly #state;
  readonly #quarantine: Quarantine;
  readonly #outgoing: Outgoing;
  readonly #ended;

  constructor(deps: IngestDeps) {
    this.#deps = deps;
    this.#state = newIngestState(deps.clock.now(), deps.lastSequence);
    this.#quarantine = new Quarantine({ ...deps, firstNumber: this.#state.firstSequence });
    this.#outgoing = new Outgoing({
      ...deps,
      recorded: deps.venue.pausable,
      toEvent: (word) => this.#toEvent(word),
      unheard: (heard) => retell(this.#state, heard),
    });
    this.#ended = deps.metrics.gauge(
      "spotwire_ingest_recording_ended",
      "1 once the recording is over and nothing more will come",
    );
    this.#ended.set(0);
  }

  /** Until the signal aborts or a recording ends. A venue that fails is asked again. */
  async run(signal: AbortSignal): Promise<void> {
    const { reports, timer } = this.#deps;
    reports?.keepWith((refusal) => this.#quarantine.takeLine(refusal, timer.now(), signal));
    await this.#follow(signal);
    await Promise.all([this.#outgoing.sent(), this.#quarantine.sent()]);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { venue, logger } = this.#deps;
    let waitMs = reconnectMs.first;
    while (!signal.aborted) {
      try {
        await this.#outgoing.begin();
        for await (const batch of venue.ticks(signal)) {
          await this.#take(batch, signal);
          waitMs = reconnectMs.first;
        }
        if (signal.aborted) return;
        if (venue.pausable) return await this.#end(signal);
        logger.warn({ venue: venue.name, waitMs }, "venue ended its prices, will ask again");
      } catch (error) {
        if (signal.aborted) return;
        logger.error({ err: error, venue: venue.name, waitMs }, "venue failed, will ask again");
      }
      await pause(waitMs, signal);
      waitMs = Math.min(2 * waitMs, reconnectMs.most);
    }
  }

  async #take(batch: TickBatch, signal: AbortSignal): Promise<void> {
    const { venue, timer } = this.#deps;
    const receivedAt = timer.now();
    const { clockMsMax } = venue;
    const live = !venue.pausable;
    // A recording's clock may be ahead of what it has told; what it has told is all that is known.
    const aliveAt = live ? receivedAt : batch.time;
    const judged = judgeBatch(this.#state, batch, { receivedAt, aliveAt, live, clockMsMax });
    this.#quarantine.take(judged.quarantined, receivedAt, signal);
    await this.#publish(judged, signal);
  }

  /** A recording's last word carries the market's time past its last minute. */
  async #end(signal: AbortSignal): Promise<void> {
    const { venue, logger } = this.#deps;
    const last = this.#state.venueTime;
    const heard = { time: closingTime(last), withdrawn: [], restored: [] };
    await this.#publish({ quotes: [], late: [], heard }, signal);
    await this.#outgoing.sent();
    this.#ended.set(1);
    logger.info({ venue: venue.name, lastTime: last }, "recording ended");
  }

  /** What is withdrawn is told after the quotes: it stands until the next one. */
  async #publish(
    { quotes, late, heard }: Pick<Judged, "quotes" | "late" | "heard">,
    signal: AbortSignal,
  ): Promise<void> {
    const words: Word[] = [
      ...inEvents(quotes).map((some) => ({ quotes: some })),
      ...inEvents(late).map((some) => ({ late: some })),
    ];
    if (heard !== null) words.push({ heard });
    if (words.length > 0) await this.#outgoing.put(words, signal);
  }

  #toEvent(word: Word): QuoteEvent {
    if ("heard" in word) return this.#heardEvent(word.heard);
    const { venue, events } = this.#deps;
    return "late" in word
      ? events.event("quotes.late", writeQuotes(venue.name, word.late))
      : events.event("quotes.received", writeQuotes(venue.name, word.quotes));
  }

  #heardEvent({ time, withdrawn, restored }: Heard): VenueHeard {
    return this.#deps.events.event("venue.heard", {
      venue: this.#deps.venue.name,
      time,
      sequence: this.#state.lastSequence,
      ...(withdrawn.length === 0 ? {} : { withdrawn: [...withdrawn] }),
      ...(restored.length === 0 ? {} : { restored: [...restored] }),
    });
  }
}

const inEvents = (quotes: readonly Quote[]): (readonly Quote[])[] =>
  Array.from(
    { length: Math.ceil(quotes.length / quotesPerEventMax) },
    (_, n) => quotes.slice(n * quotesPerEventMax, (n + 1) * quotesPerEventMax),
  );
