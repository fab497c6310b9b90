/**
 * The venue's desk: runs a fill engine over order events and prices, and lets nothing out before it
 * is stored. Effects that gather while others are being stored share the next transaction.
 */

import type { ExecutionReport } from "../../shared/contracts/messages/executions.ts";
import { toReportData } from "../../shared/contracts/messages/executions.ts";
import type { OrderEvent } from "../../shared/contracts/messages/orders.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import type { OrderId } from "../../shared/domain/ids.ts";
import type { Quote } from "../../shared/domain/quote.ts";
import type { Clock, EpochMs } from "../../shared/domain/time.ts";
import { type EventSource, publishEvents } from "../../shared/runtime/events.ts";
import type { Logger } from "../../shared/runtime/logger.ts";
import { nextTurn, pause } from "../../shared/runtime/time.ts";
import type { EventStreams } from "../../shared/streams/event_streams.ts";
import type { EngineEffects, FillEngine, StandingChange } from "../../shared/venues/venue.ts";
import { type Effects, gather, isEmpty, noEffects, takeOrders } from "./decide.ts";
import { unpublishedMax, type VenueBook } from "./venue_book.ts";

/** Pause before storing or publishing is tried again. */
const retryMs = 500;

export interface VenueDeskDeps {
  readonly engine: FillEngine;
  readonly book: VenueBook;
  readonly streams: EventStreams;
  readonly events: EventSource;
  readonly marketClock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export class VenueDesk {
  readonly #deps: VenueDeskDeps;
  #next: Effects = noEffects();
  #settling: Promise<void> = Promise.resolve();
  #scheduled = false;
  /** Orders reported on since {@link #knownOf} last began to ask the store. */
  readonly #reported = new Set<OrderId>();

  constructor(deps: VenueDeskDeps) {
    this.#deps = deps;
  }

  /** Continues where the store says the venue stood; call before anything else. */
  async restore(): Promise<void> {
    const { engine, book } = this.#deps;
    engine.restore(await book.heldOrders());
    for (;;) {
      const reports = await book.unpublished();
      await this.#publish(reports);
      await book.markPublished(reports);
      if (reports.length < unpublishedMax) return;
    }
  }

  /** Resolves when what the orders led to at once is stored and published. */
  async orders(events: readonly OrderEvent[]): Promise<void> {
    const ids = events.map((event) => event.data.orderId as OrderId);
    const known = await this.#knownOf(ids);
    const now = this.#deps.marketClock.now();
    const effects = takeOrders(this.#deps.engine, events, { now, known });
    this.#next.repeats.push(...effects.repeats);
    this.#take(effects);
    await this.#settle();
    // Unacknowledged, the orders come again after the restart; the store makes that harmless.
    this.#deps.signal.throwIfAborted();
  }

  /** Prices moved; the fills follow in their own time. */
  quotes(quotes: readonly Quote[]): void {
    this.#take(this.#deps.engine.quotes(quotes, this.#deps.marketClock.now()));
    this.#settleLater();
  }

  /** Prices were withdrawn or restored without a new one. */
  stands(change: StandingChange): void {
    this.#take(this.#deps.engine.stands(change, this.#deps.marketClock.now()));
    this.#settleLater();
  }

  /** Time passed without a price; the venue was last heard at `heardAt`. */
  advance(heardAt: EpochMs): void {
    this.#take(this.#deps.engine.advance(this.#deps.marketClock.now(), heardAt));
    this.#settleLater();
  }

  /** Resolves when everything so far is stored and published. */
  settled(): Promise<void> {
    return this.#settle();
  }

  /** Every report made for the orders up to this moment, those just gathered included. */
  async #knownOf(ids: readonly OrderId[]): Promise<Map<OrderId, ExecutionReport[]>> {
    for (;;) {
      this.#reported.clear();
      await this.#settle();
      const known = await this.#deps.book.reportsOf(ids);
      // A price may have filled one of them while the store was asked.
      if (!ids.some((id) => this.#reported.has(id))) return known;
    }
  }

  #take(effects: EngineEffects): void {
    for (const { orderId } of effects.reports) this.#reported.add(orderId);
    gather(this.#next, effects);
  }

  #settleLater(): void {
    if (this.#scheduled || isEmpty(this.#next)) return;
    this.#scheduled = true;
    void this.#settle();
  }

  /** One at a time, in order; each takes everything gathered since the last. */
  #settle(): Promise<void> {
    this.#settling = this.#settling.then(async () => {
      await nextTurn();
      this.#scheduled = false;
      if (isEmpty(this.#next)) return;
      const effects = this.#next;
      this.#next = noEffects();
      await this.#store(effects);
    });
    return this.#settling;
  }

  /** Tries until it works or the worker stops: the engine has moved on and cannot go back. */
  async #store(effects: Effects): Promise<void> {
    const { book, logger, signal } = this.#deps;
    while (!signal.aborted) {
      try {
        if (effects.reports.length > 0 || effects.changes.size > 0) {
          await book.keep(effects.reports, effects.changes);
        }
        await this.#publish([...effects.repeats, ...effects.reports]);
        if (effects.reports.length > 0) await book.markPublished(effects.reports);
        return;
      } catch (error) {
        logger.error({ err: error }, "reports not stored or published, will retry");
        await pause(retryMs, signal);
      }
    }
  }

  async #publish(reports: readonly ExecutionReport[]): Promise<void> {
    if (reports.length === 0) return;
    const { streams, events } = this.#deps;
    await publishEvents(
      streams,
      topics.executions,
      reports.map((report) =>
        events.event("execution.reported", toReportData(report), { subject: report.orderId })
      ),
    );
  }
}
