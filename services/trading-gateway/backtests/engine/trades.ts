/**
 * Trades: each from the fill that opens a position to the one that brings it back to zero, or over
 * to the other side. What a fill paid and cost goes to the trade it belongs to; a fill that ends one
 * and begins the next is shared between them by units.
 */

import { divideHalfEven } from "../../../../shared/domain/decimal.ts";
import type { Symbol } from "../../../../shared/domain/instrument.ts";
import { type Micros, micros, zeroMicros } from "../../../../shared/domain/money.ts";
import type { FinancingCharged } from "../../../../shared/domain/money_transactions.ts";
import type { OrderFilled } from "../../../../shared/domain/transaction.ts";
import type { FillCosts } from "./costs.ts";

/** The furthest prices of a symbol since some moment, in points. */
export interface Extremes {
  lowBid: number;
  highBid: number;
  lowAsk: number;
  highAsk: number;
}

export interface Trade {
  readonly symbol: Symbol;
  readonly side: "buy" | "sell";
  readonly openedAt: number;
  closedAt: number | null;
  /** Units held at most. */
  unitsMax: number;
  readonly entry: PriceSum;
  readonly exit: PriceSum;
  fills: number;
  /** Realised, before commission and carry. */
  realised: Micros;
  spread: Micros;
  slippage: Micros;
  commission: Micros;
  carry: Micros;
  /** Of the closing side's prices while it was open, once it is closed. */
  extremes: Extremes | null;
}

/** Sum of price times units, in points, and of the units. */
interface PriceSum {
  cost: bigint;
  units: number;
}

interface Open {
  readonly trade: Trade;
  /** Signed. */
  units: number;
}

export const profitOf = (trade: Trade): Micros =>
  micros(trade.realised - trade.commission + trade.carry);

export class TradeBook {
  readonly #open = new Map<Symbol, Open>();
  readonly #onClosed: (trade: Trade) => void;

  /** `onClosed` hears each trade once, as it closes. */
  constructor(onClosed: (trade: Trade) => void) {
    this.#onClosed = onClosed;
  }

  /** Those still open, by when they were opened. */
  open(): readonly Trade[] {
    return [...this.#open.values()].map(({ trade }) => trade);
  }

  /** `extremes` are those of the symbol since its position was opened. */
  take(fill: OrderFilled, costs: FillCosts, extremes: Extremes): void {
    const open = this.#open.get(fill.symbol);
    if (open === undefined || open.units > 0 === fill.units > 0) {
      return this.#add(fill, costs, fill.units);
    }
    const closing = Math.min(Math.abs(open.units), Math.abs(fill.units));
    const closed = share(costs, closing, Math.abs(fill.units));
    const { trade } = open;
    trade.exit.cost += BigInt(fill.price) * BigInt(closing);
    trade.exit.units += closing;
    trade.realised = micros(trade.realised + fill.paid);
    count(trade, closed);
    open.units += Math.sign(fill.units) * closing;
    if (open.units !== 0) return;
    this.#open.delete(fill.symbol);
    trade.closedAt = fill.time;
    trade.extremes = { ...extremes };
    this.#onClosed(trade);
    const rest = fill.units - Math.sign(fill.units) * closing;
    if (rest !== 0) this.#add(fill, less(costs, closed), rest);
  }

  charge(charged: FinancingCharged): void {
    const open = this.#open.get(charged.symbol);
    if (open !== undefined) open.trade.carry = micros(open.trade.carry + charged.amount);
  }

  #add(fill: OrderFilled, costs: FillCosts, opened: number): void {
    let open = this.#open.get(fill.symbol);
    if (open === undefined) {
      open = { trade: newTrade(fill, opened), units: 0 };
      this.#open.set(fill.symbol, open);
    }
    const { trade } = open;
    const size = Math.abs(opened);
    trade.entry.cost += BigInt(fill.price) * BigInt(size);
    trade.entry.units += size;
    open.units += opened;
    trade.unitsMax = Math.max(trade.unitsMax, Math.abs(open.units));
    count(trade, costs);
  }
}

const newTrade = (fill: OrderFilled, opened: number): Trade => ({
  symbol: fill.symbol,
  side: opened > 0 ? "buy" : "sell",
  openedAt: fill.time,
  closedAt: null,
  unitsMax: 0,
  entry: { cost: 0n, units: 0 },
  exit: { cost: 0n, units: 0 },
  fills: 0,
  realised: zeroMicros,
  spread: zeroMicros,
  slippage: zeroMicros,
  commission: zeroMicros,
  carry: zeroMicros,
  extremes: null,
});

function count(trade: Trade, costs: FillCosts): void {
  trade.fills++;
  trade.spread = micros(trade.spread + costs.spread);
  trade.slippage = micros(trade.slippage + costs.slippage);
  trade.commission = micros(trade.commission + costs.commission);
}

/** `part` units' share of what `whole` units cost, rounded half to even. */
function share(costs: FillCosts, part: number, whole: number): FillCosts {
  const of = (amount: Micros) =>
    part === whole ? amount : micros(divideHalfEven(amount * BigInt(part), BigInt(whole)));
  return {
    spread: of(costs.spread),
    slippage: of(costs.slippage),
    commission: of(costs.commission),
  };
}

const less = (costs: FillCosts, taken: FillCosts): FillCosts => ({
  spread: micros(costs.spread - taken.spread),
  slippage: micros(costs.slippage - taken.slippage),
  commission: micros(costs.commission - taken.commission),
});
