/** What Spotwire asks of a place that makes prices or takes orders. */

import type { OrderId } from "../domain/ids.ts";
import type { Price, Symbol } from "../domain/instrument.ts";
import type { Replacement } from "../domain/orders/order.ts";
import type { Quote } from "../domain/quote.ts";
import type { EpochMs } from "../domain/time.ts";
import type { ExecutionReport } from "../contracts/messages/executions.ts";
import type { VenueOrder } from "../contracts/messages/orders.ts";

/** One price as the venue gave it. */
export interface Tick {
  readonly symbol: Symbol;
  readonly bid: Price;
  readonly ask: Price;
  readonly venueTime: EpochMs;
}

/** Prices that arrived together; an empty batch is a sign of life. */
export interface TickBatch {
  /** The venue's clock now. */
  readonly time: EpochMs;
  readonly ticks: readonly Tick[];
}

export interface PriceVenue {
  /** As it stands in quotes and reports: `simulator`, `replay`. */
  readonly name: string;
  /** A recording waits for slow consumers; a live venue does not. */
  readonly pausable: boolean;
  /** Prices until the signal aborts or a recording ends, a batch at least every heartbeat. */
  ticks(signal: AbortSignal): AsyncIterable<TickBatch>;
}

/** An order a fill engine holds, complete: restoring these restores the engine. */
export interface HeldOrder {
  readonly order: VenueOrder;
  /** What it may still trade; less than its size less `traded` where its group took some. */
  readonly remaining: number;
  readonly traded: number;
  /** The next report's number for this order; makes ExecID a pure function of the order. */
  readonly nextReport: number;
  /** When latency lets the order reach the market. */
  readonly activeAt: EpochMs;
  readonly acknowledged: boolean;
  /** Sequence of the quote it last traded on, 0 at first; what remains waits for a newer one. */
  readonly tradedSequence: number;
  /** Whether nothing but a price it can trade at is waited for. */
  readonly triggered: boolean;
  /** Of a trailing stop: where it stands, in half points; `null` until it has seen a price. */
  readonly trailingLevelHalves: number | null;
  /** The last replace it answered; 0 before any. */
  readonly revision: number;
}

/**
 * The venue's side of an order, in memory and synchronous: the caller stores `changes` and publishes
 * `reports`, in that order, so a crash between the two repeats a report and never loses a fill.
 */
export interface FillEngine {
  readonly name: string;
  submit(order: VenueOrder, now: EpochMs): EngineEffects;
  cancel(orderId: OrderId, now: EpochMs): EngineEffects;
  replace(orderId: OrderId, replacement: Replacement, now: EpochMs): EngineEffects;
  quotes(quotes: readonly Quote[], now: EpochMs): EngineEffects;
  /**
   * Lets latency and expiry pass without a price. `venueHeardAt` is the venue's newest sign of life,
   * which keeps its standing prices tradable; without it only quotes count as such.
   */
  advance(now: EpochMs, venueHeardAt?: EpochMs): EngineEffects;
  /** Whether the order is held, still to trade or end. */
  holds(orderId: OrderId): boolean;
  /** The last replace the order answered; `undefined` when it is not held. */
  revisionOf(orderId: OrderId): number | undefined;
  restore(held: readonly HeldOrder[]): void;
}

export interface EngineEffects {
  readonly reports: readonly ExecutionReport[];
  /** Orders whose held state changed; `null` where the order has ended. */
  readonly changes: ReadonlyMap<OrderId, HeldOrder | null>;
}
