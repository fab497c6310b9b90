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
  /**
   * Symbols whose last prices no longer stand although the venue lives: it does not trade them now,
   * or they can no longer be heard. A later tick brings a symbol back, even one that repeats the
   * last price. What is withdrawn is withdrawn before the batch's own ticks.
   */
  readonly withdrawn?: readonly Symbol[] | undefined;
}

/** How one connection of a venue is doing. */
export interface StreamHealth {
  /** `pricing-1`, `transactions`. */
  readonly name: string;
  readonly connected: boolean;
  /** Since anything was heard on it, or since it was asked for. */
  readonly silentMs: number;
  /** Since it last said more than that it is alive. */
  readonly idleMs: number;
  /** Connections made so far. */
  readonly connections: number;
}

/** What a venue counts, and what the label of each says. */
export const venueCounts = {
  streams_lost: { help: "Connections of the venue that were lost", label: "stream" },
  lines_refused: { help: "Lines of the venue that could not be used", label: "fault" },
  ticks_conflated: { help: "Times that waiting ticks gave way to newer ones", label: "venue" },
  source_ticks_refused: { help: "Ticks of a source kept out of the composite", label: "source" },
  composite_bids: { help: "Composite prices by the source of the bid", label: "source" },
  composite_asks: { help: "Composite prices by the source of the ask", label: "source" },
  composite_left_out: { help: "Prices left out for crossing others, by source", label: "source" },
} as const;
export type VenueCount = keyof typeof venueCounts;

/** Something a venue said that was taken for no price. */
export interface Refusal {
  readonly reason: string;
  /** As it came; a tick as JSON. */
  readonly original: string;
  readonly symbol?: string | undefined;
  readonly time?: number | undefined;
}

/** What a venue tells of itself, beside its prices. */
export interface VenueWatch {
  /** Worth a line in the log; `level` as the log's. Nothing secret is in it. */
  note(level: "info" | "warn" | "error", message: string, about?: Record<string, unknown>): void;
  count(what: VenueCount, label: string): void;
  /** Something to be kept that cannot be used, or that is no price of the composite. */
  refused(refusal: Refusal): void;
}

export interface PriceVenue {
  /** As it stands in quotes and reports: `simulator`, `replay`. */
  readonly name: string;
  /** A recording waits for slow consumers; a live venue does not. */
  readonly pausable: boolean;
  /**
   * How far its clock may differ from the machine's; beyond, in either direction, one of the two is
   * wrong or prices arrive late, and nothing it says is believed. Without it, the venue runs on the
   * market's own clock.
   */
  readonly clockMsMax?: number | undefined;
  /** Its connections, where it has any. */
  streams?(): readonly StreamHealth[];
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

/** Symbols whose last price no longer stands, and those whose last price does after all. */
export interface StandingChange {
  readonly withdrawn: readonly string[];
  readonly restored: readonly string[];
}

/**
 * The venue's side of an order, in memory and synchronous: the caller stores `changes` and publishes
 * `reports`, in that order, so a crash between the two repeats a report and never loses a fill. One
 * that keeps no guarantees rejects an order that has one; it never takes it for a plain stop.
 */
export interface FillEngine {
  readonly name: string;
  submit(order: VenueOrder, now: EpochMs): EngineEffects;
  cancel(orderId: OrderId, now: EpochMs): EngineEffects;
  replace(orderId: OrderId, replacement: Replacement, now: EpochMs): EngineEffects;
  /**
   * Shows prices, oldest first: each meets what was due by the time it was received. After them comes
   * what is due by `dueBy`, by default `now`; a replay, which is told when it came, leaves it waiting.
   */
  quotes(quotes: readonly Quote[], now: EpochMs, dueBy?: EpochMs): EngineEffects;
  /** Prices that no longer stand, and fill nothing, until they are restored or a new quote comes. */
  stands(change: StandingChange, now: EpochMs): EngineEffects;
  /**
   * Lets latency and expiry pass without a price. `venueHeardAt` is the venue's newest sign of life,
   * which keeps its standing prices tradable; without it only quotes count as such.
   */
  advance(now: EpochMs, venueHeardAt?: EpochMs): EngineEffects;
  /**
   * The next moment at which latency or expiry may change something without a price; `Infinity` when
   * there is none. Who calls {@link advance} then, and not before, misses nothing.
   */
  nextDueAt(): number;
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
