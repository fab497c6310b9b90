/** Carries decisions out: reads events, commits bars and state together, counts. */

import type { LiveBar } from "../../shared/contracts/messages/bars.ts";
import { readQuotes } from "../../shared/contracts/messages/quote_batch.ts";
import type { QuoteEvent } from "../../shared/contracts/messages/quotes.ts";
import type { TickReleased } from "../../shared/contracts/messages/released_ticks.ts";
import { parsePrice } from "../../shared/domain/instrument.ts";
import { findInstrument } from "../../shared/domain/instruments.ts";
import type { EpochMs } from "../../shared/domain/time.ts";
import type { Logger } from "../../shared/runtime/logger.ts";
import type { Metrics } from "../../shared/runtime/metrics.ts";
import { pause } from "../../shared/runtime/time.ts";
import type { ArchiveStore, Standing } from "./archive_store.ts";
import { type Committed, liveBars } from "./live_bars.ts";
import { archiveBatch, type ArchiveEffects, type Heard, type Hours } from "./decide.ts";

/** First and longest pause before a failed commit is tried again. */
const retryMs = { first: 100, most: 5_000 };

export interface ArchivistDeps {
  readonly store: ArchiveStore;
  readonly hours: Hours;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Tells the `bars` topic. */
  readonly announce: (bars: readonly LiveBar[]) => Promise<void>;
  readonly signal: AbortSignal;
}

export class Archivist {
  readonly #deps: ArchivistDeps;
  readonly #count: (effects: ArchiveEffects, waiting: number) => void;
  /** `null` until loaded, and after a commit that failed. */
  #standing: Standing | null = null;
  /** Done when the batch before is stored and told: there is one place in the archive. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(deps: ArchivistDeps) {
    this.#deps = deps;
    this.#count = counters(deps.metrics);
  }

  /**
   * Resolves once the events are stored. A store that fails is waited for: were the batch given
   * back, later quotes would pass it by, and its own would then be taken for repeats.
   * @throws when the signal aborts before that; nothing of the batch is stored then.
   */
  take(events: readonly QuoteEvent[]): Promise<void> {
    const { logger } = this.#deps;
    return this.#store(events.map((event) => toHeard(event, logger)));
  }

  /** The same for ticks that were refused before; each is filed once, however often it comes. */
  release(events: readonly TickReleased[]): Promise<void> {
    const { logger } = this.#deps;
    return this.#store(events.flatMap(({ data }) => toReleased(data, logger)));
  }

  async #store(batch: readonly Heard[]): Promise<void> {
    const { promise: after, resolve } = Promise.withResolvers<void>();
    const before = this.#before;
    this.#before = after;
    await before;
    try {
      await this.#storeAndTell(batch);
    } finally {
      resolve();
    }
  }

  async #storeAndTell(batch: readonly Heard[]): Promise<void> {
    const { logger, signal } = this.#deps;
    for (let waitMs = retryMs.first;; waitMs = Math.min(2 * waitMs, retryMs.most)) {
      signal.throwIfAborted();
      try {
        const committed = await this.#commit(batch);
        return await this.#announce(liveBars(committed));
      } catch (error) {
        this.#standing = null;
        logger.error({ err: error, waitMs }, "bars not stored, will retry");
        await pause(waitMs, signal);
      }
    }
  }

  /**
   * Tells again what the last commit had to tell, before the first one here: a kill may have come
   * between the two. Whoever heard it hears the same states with the same versions.
   */
  async tellAgain(): Promise<void> {
    const { logger, signal } = this.#deps;
    for (let waitMs = retryMs.first; !signal.aborted; waitMs = Math.min(2 * waitMs, retryMs.most)) {
      try {
        await this.#load();
        return;
      } catch (error) {
        logger.error({ err: error, waitMs }, "archive not loaded, will retry");
        await pause(waitMs, signal);
      }
    }
  }

  /**
   * Where the archive stands by its store, told again: a commit whose answer was lost may have
   * happened, and the next one forgets what it had to tell.
   */
  async #load(): Promise<Standing> {
    const standing = await this.#deps.store.load();
    const { state, batches, told: { finished, corrected } } = standing;
    const effects = { state, bars: finished, changed: new Set(state.symbols.keys()) };
    await this.#announce(liveBars({ effects, corrected, version: batches }));
    return this.#standing = standing;
  }

  /**
   * What is stored is told after it: nobody hears of a bar that history does not have. Streams that
   * fail are waited for, since no quotes come from them either.
   */
  async #announce(bars: readonly LiveBar[]): Promise<void> {
    const { announce, logger, signal } = this.#deps;
    for (let waitMs = retryMs.first; !signal.aborted; waitMs = Math.min(2 * waitMs, retryMs.most)) {
      try {
        return await announce(bars);
      } catch (error) {
        logger.error({ err: error, waitMs }, "bars not announced, will retry");
        await pause(waitMs, signal);
      }
    }
  }

  async #commit(batch: readonly Heard[]): Promise<Committed> {
    const { store, hours, logger, signal } = this.#deps;
    const standing = this.#standing ?? await this.#load();
    signal.throwIfAborted();
    const effects = archiveBatch(standing.state, batch, hours);
    this.#standing = await store.commit(standing, effects);
    const { told: { finished, corrected }, batches, waiting } = this.#standing;
    this.#count(effects, waiting.length);
    if (waiting.length > standing.waiting.length) {
      logger.warn({ minutes: waiting.length }, "bars of minutes are put right later");
    }
    return { effects: { ...effects, bars: finished }, corrected, version: batches };
  }
}

function toHeard(event: QuoteEvent, logger: Logger): Heard {
  if (event.type === "venue.heard") return { time: event.data.time as EpochMs };
  const { quotes, unread } = readQuotes(event.data);
  for (const quote of unread) logger.warn({ quote }, "quote off the grid, skipped");
  return event.type === "quotes.late" ? { late: quotes } : { quotes };
}

/** One that is no price here is passed over, as a quote is. */
function toReleased(data: TickReleased["data"], logger: Logger): Heard[] {
  const instrument = findInstrument(data.symbol);
  if (instrument !== undefined) {
    const [bid, ask] = [data.bid, data.ask].map((text) => parsePrice(text, instrument));
    if (typeof bid === "number" && typeof ask === "number") {
      const { symbol } = instrument;
      const { releaseId, time } = data;
      return [{ released: { releaseId, symbol, venueTime: time as EpochMs, bid, ask } }];
    }
  }
  logger.warn({ tick: data }, "released tick off the grid, skipped");
  return [];
}

function counters(metrics: Metrics): (effects: ArchiveEffects, waiting: number) => void {
  const quotes = metrics.counter("spotwire_archive_quotes_total", "Quotes archived, each once");
  const bars = metrics.counter("spotwire_archive_bars_total", "Finished bars stored");
  const late = metrics.counter(
    "spotwire_archive_late_quotes_total",
    "Quotes that came after their minute was finished",
  );
  const repeats = metrics.counter(
    "spotwire_archive_repeated_quotes_total",
    "Quotes that came again and were passed over",
  );
  const corrections = metrics.gauge(
    "spotwire_archive_corrections_waiting",
    "Minutes that late quotes changed and whose bars are still to be put right",
  );
  return (effects, waiting) => {
    corrections.set(waiting);
    quotes.inc(effects.quotes);
    bars.inc(effects.bars.length);
    late.inc(effects.late);
    repeats.inc(effects.repeats);
  };
}
