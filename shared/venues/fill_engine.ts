/**
 * The simulated venue's side of orders: latency, acknowledgement, fills against quotes, expiry,
 * cancels. Synchronous and free of chance of its own, so a restored engine goes on as if it had
 * never stopped. An order it no longer holds is unknown to it.
 */

import type { ExecutionReport, PlainExecType } from "../contracts/messages/executions.ts";
import type { VenueOrder } from "../contracts/messages/orders.ts";
import type { TradingHours } from "../domain/fx_week.ts";
import type { OrderId } from "../domain/ids.ts";
import { isExit } from "../domain/orders/on_fill.ts";
import { isConditional, type Replacement } from "../domain/orders/order.ts";
import {
  defaultQuoteAges,
  priceMark,
  type Quote,
  type QuoteAges,
  quoteStatus,
} from "../domain/quote.ts";
import { seededRandom } from "../domain/random.ts";
import { type EpochMs, epochMs } from "../domain/time.ts";
import { DueTimes } from "./due_times.ts";
import { isImmediate, matchOrder, type MatchRules } from "./matching.ts";
import { type Report, reportOf } from "./fill_reports.ts";
import { OcoGroups, reduced } from "./oco_groups.ts";
import { outrunsGuarantee, replaced } from "./replacing.ts";
import { watchTrigger } from "./triggers.ts";
import type { EngineEffects, FillEngine, HeldOrder, StandingChange } from "./venue.ts";

export interface FillEngineOptions {
  readonly name: string;
  readonly seed: string;
  readonly hours: TradingHours;
  /** Market time an order is on its way. Default 0. */
  readonly latencyMs?: number | undefined;
  /** Points by which market orders trade worse than the quote. Default 0. */
  readonly slippagePoints?: number | undefined;
  /** Chance, 0 to 1, that a price takes only a part of an order. Default 0. */
  readonly partialShare?: number | undefined;
  /** Chance, 0 to 1, that the venue rejects an order. Default 0. */
  readonly rejectShare?: number | undefined;
  /** How long an immediate order waits for a tradable price. Default 5 s. */
  readonly waitMsMax?: number | undefined;
  readonly quoteAges?: QuoteAges | undefined;
}

export const createFillEngine = (options: FillEngineOptions): FillEngine => new Engine(options);

interface Effects {
  readonly reports: ExecutionReport[];
  readonly changes: Map<OrderId, HeldOrder | null>;
}

const hasEnded = "the order has ended";
const noEffects: EngineEffects = { reports: [], changes: new Map() };

class Engine implements FillEngine {
  readonly name: string;
  readonly #hours: TradingHours;
  readonly #latencyMs: number;
  readonly #rejectShare: number;
  readonly #ages: QuoteAges;
  readonly #rules: MatchRules;
  readonly #held = new Map<OrderId, HeldOrder>();
  readonly #bySymbol = new Map<string, Set<OrderId>>();
  readonly #groups = new OcoGroups();
  readonly #standing = new Map<string, Quote>();
  readonly #withdrawn = new Set<string>();
  readonly #due: DueTimes;
  #heardAt: EpochMs = epochMs(0);
  #quotedAt: EpochMs = epochMs(0);
  #effects: Effects | null = null;

  constructor(options: FillEngineOptions) {
    this.name = options.name;
    this.#hours = options.hours;
    this.#latencyMs = options.latencyMs ?? 0;
    this.#due = new DueTimes(this.#held, options.waitMsMax ?? 5_000);
    this.#rejectShare = options.rejectShare ?? 0;
    this.#ages = options.quoteAges ?? defaultQuoteAges;
    this.#rules = {
      seed: options.seed,
      slippagePoints: options.slippagePoints ?? 0,
      partialShare: options.partialShare ?? 0,
    };
  }

  submit(order: VenueOrder, now: EpochMs): EngineEffects {
    this.#settleDue(now, now);
    if (!this.#held.has(order.orderId)) {
      this.#keep({
        order,
        remaining: order.units,
        traded: 0,
        nextReport: 1,
        activeAt: epochMs(now + this.#latencyMs),
        acknowledged: false,
        tradedSequence: 0,
        triggered: !isConditional(order.type),
        trailingLevelHalves: null,
        revision: 0,
      });
      this.#due.schedule(this.#held.get(order.orderId)!);
      this.#settleDue(now, now);
    }
    return this.#take();
  }

  /** An order the engine does not hold gets no answer here: its last report said how it ended. */
  cancel(orderId: OrderId, now: EpochMs): EngineEffects {
    const held = this.#heldStill(orderId, { execType: "cancel_rejected", now, text: hasEnded });
    if (held !== undefined) this.#end(held, { execType: "canceled", now, text: null });
    return this.#take();
  }

  /** As {@link cancel}; a replace that was answered before has no effect. */
  replace(orderId: OrderId, replacement: Replacement, now: EpochMs): EngineEffects {
    const { revision } = replacement;
    const refusal = { execType: "replace_rejected" as const, now, text: hasEnded, revision };
    const held = this.#heldStill(orderId, refusal);
    if (held === undefined || revision <= held.revision) return this.#take();
    const standing = this.#standing.get(held.order.symbol);
    const seen = standing !== undefined && this.#tradable(standing, now) ? standing : null;
    if (outrunsGuarantee(held, replacement, seen)) {
      this.#report(held, { ...refusal, text: "the price is at the new guarantee, or unknown" });
      this.#keep({ ...held, nextReport: held.nextReport + 1, revision });
      return this.#take();
    }
    const after = replaced(held, replacement);
    if (after === null) {
      const text = "replaced by a size that is filled already";
      this.#end(held, { execType: "canceled", now, text });
      return this.#take();
    }
    this.#report(held, { execType: "replaced", now, text: null, revision });
    const kept = { ...after, nextReport: held.nextReport + 1 };
    this.#keep(kept);
    this.#due.schedule(kept);
    this.#settleDue(now, now);
    this.#matchStanding(orderId, now);
    return this.#take();
  }

  /** The order after what was due; where that ended it, it is told so. */
  #heldStill(orderId: OrderId, refusal: Report): HeldOrder | undefined {
    const before = this.#held.get(orderId);
    this.#settleDue(refusal.now, refusal.now);
    const held = this.#held.get(orderId);
    if (before === undefined || held !== undefined) return held;
    const said = this.#gathered().reports.filter((one) => one.orderId === orderId).length;
    this.#report({ ...before, nextReport: before.nextReport + said }, refusal);
    return undefined;
  }

  /** New terms may meet the price that stands. */
  #matchStanding(orderId: OrderId, now: EpochMs): void {
    const held = this.#held.get(orderId);
    if (held === undefined || !held.acknowledged) return;
    const standing = this.#standing.get(held.order.symbol);
    if (standing === undefined || standing.sequence <= held.tradedSequence) return;
    if (this.#tradable(standing, now)) this.#match(held, standing, now);
  }

  quotes(quotes: readonly Quote[], now: EpochMs, dueBy = now): EngineEffects {
    for (const quote of quotes) {
      const standing = this.#standing.get(quote.symbol);
      if (standing !== undefined && standing.sequence >= quote.sequence) continue;
      // What came due before this price met the price that stood then.
      if (this.#due.hasBy(quote.receivedTime)) {
        this.#settleDue(quote.receivedTime < now ? quote.receivedTime : now, now);
      }
      this.#standing.set(quote.symbol, quote);
      if (quote.venueTime > this.#quotedAt) this.#quotedAt = quote.venueTime;
      this.#withdrawn.delete(quote.symbol);
      this.#hear(quote.receivedTime, now);
      const orders = this.#bySymbol.get(quote.symbol);
      if (orders !== undefined) this.#matchAll(orders, quote, now);
    }
    if (this.#due.hasBy(dueBy)) this.#settleDue(dueBy, now);
    return this.#take();
  }

  stands({ withdrawn, restored }: StandingChange, now: EpochMs): EngineEffects {
    this.#settleDue(now, now);
    for (const symbol of withdrawn) this.#withdrawn.add(symbol);
    for (const symbol of restored) {
      if (!this.#withdrawn.delete(symbol)) continue;
      const standing = this.#standing.get(symbol);
      const orders = this.#bySymbol.get(symbol);
      if (standing !== undefined && orders !== undefined) this.#matchAll(orders, standing, now);
    }
    return this.#take();
  }

  advance(now: EpochMs, venueHeardAt?: EpochMs): EngineEffects {
    if (venueHeardAt !== undefined) this.#hear(venueHeardAt, now);
    this.#settleDue(now, now);
    return this.#take();
  }

  nextDueAt(): number {
    return this.#due.nextAt();
  }

  holds(orderId: OrderId): boolean {
    return this.#held.has(orderId);
  }

  revisionOf(orderId: OrderId): number | undefined {
    return this.#held.get(orderId)?.revision;
  }

  restore(held: readonly HeldOrder[]): void {
    const bySubmission = held.toSorted((a, b) =>
      a.activeAt - b.activeAt || (a.order.orderId < b.order.orderId ? -1 : 1)
    );
    for (const one of bySubmission) {
      this.#keep(one);
      this.#due.schedule(one);
    }
    this.#effects = null; // they are stored already
  }

  /** Life after silence makes the standing prices tradable again, so waiting orders try them. */
  #hear(at: EpochMs, now: EpochMs): void {
    if (at <= this.#heardAt) return;
    const silentMs = 2 * this.#ages.heartbeatMs;
    const wasSilent = now - this.#heardAt > silentMs;
    this.#heardAt = at;
    if (!wasSilent || now - at > silentMs) return;
    for (const [symbol, orders] of this.#bySymbol) {
      const standing = this.#standing.get(symbol);
      if (standing !== undefined) this.#matchAll(orders, standing, now);
    }
  }

  /** Handles everything due up to `until`; the reports say `now`. */
  #settleDue(until: EpochMs, now: EpochMs): void {
    while (this.#due.hasBy(until)) {
      const due = this.#due.pop()!;
      let held = this.#held.get(due.orderId);
      if (held === undefined) continue;
      if (!held.acknowledged && due.at >= held.activeAt) held = this.#reachMarket(held, now);
      if (held === undefined) continue;
      const { expireTime } = held.order;
      if (expireTime !== null && due.at >= expireTime) {
        this.#end(held, { execType: "expired", now, text: null });
      } else if (this.#due.isOver(held, due.at)) {
        this.#end(held, { execType: "canceled", now, text: "no tradable price came in time" });
      }
    }
  }

  /** Latency has passed: refuse, or acknowledge and try the standing price. */
  #reachMarket(held: HeldOrder, now: EpochMs): HeldOrder | undefined {
    const { orderId, symbol, expireTime } = held.order;
    const chance = this.#rejectShare > 0
      ? seededRandom(`${this.#rules.seed}:${orderId}:${held.nextReport}`).next()
      : 1;
    if (chance < this.#rejectShare) {
      this.#end(held, { execType: "rejected", now, text: "refused by the simulated venue" });
      return undefined;
    }
    if (expireTime !== null && expireTime <= held.activeAt) return held;
    this.#report(held, { execType: "new", now, text: null, ...this.#sentAt(held) });
    this.#keep({ ...held, nextReport: held.nextReport + 1, acknowledged: true });
    if (isImmediate(held.order) && !this.#hours.of(symbol).isOpen(now)) {
      const text = "the market is closed";
      this.#end(this.#held.get(orderId)!, { execType: "canceled", now, text });
      return undefined;
    }
    const standing = this.#standing.get(symbol);
    if (standing !== undefined && this.#tradable(standing, now)) {
      this.#match(this.#held.get(orderId)!, standing, now);
    }
    return this.#held.get(orderId);
  }

  #tradable(quote: Quote, now: EpochMs): boolean {
    if (this.#withdrawn.has(quote.symbol)) return false;
    const open = this.#hours.of(quote.symbol).isOpen(now);
    const moment = { now, open, venueHeardAt: this.#heardAt };
    const status = quoteStatus(quote, moment, this.#ages);
    return status === "live" || status === "quiet";
  }

  #matchAll(orders: ReadonlySet<OrderId>, quote: Quote, now: EpochMs): void {
    if (!this.#tradable(quote, now)) return;
    // A set may lose the member it is at while it is walked.
    for (const orderId of orders) {
      const held = this.#held.get(orderId)!;
      if (held.acknowledged && quote.sequence > held.tradedSequence) this.#match(held, quote, now);
    }
  }

  #match(held: HeldOrder, quote: Quote, now: EpochMs): void {
    const { expireTime } = held.order;
    if (expireTime !== null && expireTime <= now) {
      // Its end is due, and is told of on the first price it keeps the order from.
      return this.#end(held, { execType: "expired", now, text: null });
    }
    const ready = held.triggered ? held : this.#watch(held, quote, now);
    if (ready === null) return;
    const { trade, cancelText } = matchOrder(ready, quote, this.#rules);
    let left = ready;
    if (trade !== null) {
      this.#report(ready, { execType: "trade", now, text: null, ...trade });
      left = {
        ...ready,
        remaining: ready.remaining - trade.units,
        traded: ready.traded + trade.units,
        nextReport: ready.nextReport + 1,
        tradedSequence: quote.sequence,
      };
      if (left.remaining > 0) this.#keep(left);
      else if (left.traded === left.order.units) this.#forget(left);
      else this.#end(left, { execType: "canceled", now, text: "its group traded the rest" });
      if (ready.order.ocoGroup !== null) this.#followTrade(left, trade.units, now);
    }
    if (cancelText !== null) this.#end(left, { execType: "canceled", now, text: cancelText });
  }

  /** Moves a waiting order on by a price; the order once it is set off, else `null`. */
  #watch(held: HeldOrder, quote: Quote, now: EpochMs): HeldOrder | null {
    const { fired, trailingLevelHalves } = watchTrigger(held, quote);
    if (!fired) {
      if (trailingLevelHalves !== held.trailingLevelHalves) {
        this.#keep({ ...held, trailingLevelHalves });
      }
      return null;
    }
    const { bid, ask } = quote;
    this.#report(held, { execType: "triggered", now, text: null, bid, ask });
    const nextReport = held.nextReport + 1;
    const ready = { ...held, nextReport, triggered: true, trailingLevelHalves };
    this.#keep(ready);
    return ready;
  }

  /**
   * Takes a trade off the other orders of its group; one that is done ends them. Not an exit: what it
   * was too small to close is the others' still.
   */
  #followTrade(held: HeldOrder, traded: number, now: EpochMs): void {
    const endsOthers = held.remaining === 0 && !isExit(held.order);
    for (const orderId of this.#groups.othersOf(held)) {
      const other = this.#held.get(orderId)!;
      const left = endsOthers ? null : reduced(other, traded);
      const text = "another order of its group was filled";
      if (left === null) this.#end(other, { execType: "canceled", now, text });
      else this.#keep(left);
    }
  }

  /** One that ends before it was acknowledged says now when it was handed over. */
  #end(held: HeldOrder, what: Report & { readonly execType: PlainExecType }): void {
    this.#report(held, held.acknowledged ? what : { ...what, ...this.#sentAt(held) });
    this.#forget(held);
  }

  #sentAt({ activeAt }: HeldOrder): { sentAt: EpochMs } {
    return { sentAt: epochMs(activeAt - this.#latencyMs) };
  }

  #report(held: HeldOrder, what: Report): void {
    const mark = priceMark(this.#quotedAt, { now: what.now, heardAt: this.#heardAt }, this.#ages);
    this.#gathered().reports.push(reportOf(this.name, held, { ...what, mark }));
  }

  #keep(held: HeldOrder): void {
    const { orderId, symbol } = held.order;
    if (!this.#held.has(orderId)) this.#groups.add(held);
    this.#held.set(orderId, held);
    this.#gathered().changes.set(orderId, held);
    const orders = this.#bySymbol.get(symbol);
    if (orders === undefined) this.#bySymbol.set(symbol, new Set([orderId]));
    else orders.add(orderId);
  }

  #forget(held: HeldOrder): void {
    const { orderId, symbol } = held.order;
    this.#held.delete(orderId);
    this.#groups.remove(held);
    this.#gathered().changes.set(orderId, null);
    const orders = this.#bySymbol.get(symbol);
    orders?.delete(orderId);
    if (orders?.size === 0) this.#bySymbol.delete(symbol);
  }

  #gathered(): Effects {
    return this.#effects ??= { reports: [], changes: new Map() };
  }

  #take(): EngineEffects {
    const effects = this.#effects ?? noEffects;
    this.#effects = null;
    return effects;
  }
}
