/**
 * What an account holds one way of one symbol: signed units and exactly what they cost. A netting
 * account has at most one position a symbol; a hedging account at most one leg each way. What fills
 * make of them is in `holdings.ts`.
 */

import { divideHalfEven } from "./decimal.ts";
import {
  type Instrument,
  notional,
  type Price,
  type Symbol,
  type Units,
  units,
} from "./instrument.ts";
import type { OrderId, TransactionId } from "./ids.ts";
import { type Micros, micros, zeroMicros } from "./money.ts";
import type { EpochMs } from "./time.ts";

/** Whether orders of both sides meet in one position, or make up a long and a short leg. */
export const positionModes = ["netting", "hedging"] as const;
export type PositionMode = (typeof positionModes)[number];

/** What a closing fill's profit is counted from: the average price, or the price of each lot. */
export const lotMatchings = ["average", "fifo"] as const;
export type LotMatching = (typeof lotMatchings)[number];

/** What is fixed about an account's positions when it is opened. */
export interface PositionRules {
  readonly positionMode: PositionMode;
  readonly lotMatching: LotMatching;
}

export const defaultPositions: PositionRules = { positionMode: "netting", lotMatching: "average" };

/** An account that nets by the average price has no use for lots, and keeps none. */
export const keepsLots = (rules: PositionRules): boolean =>
  rules.positionMode === "hedging" || rules.lotMatching === "fifo";

/** What is left of an opening fill. Its cost is exactly its units at its price. */
export interface Lot {
  /** The transaction of the fill; ascending, so the first is the oldest. */
  readonly lotId: TransactionId;
  /** The order that opened it. */
  readonly orderId: OrderId;
  /** Signed as the position is. */
  readonly units: Units;
  readonly price: Price;
  readonly openedAt: EpochMs;
}

/** Lots of one position at most; an order that would open another is refused. */
export const lotsMax = 1_000;

export interface Position {
  readonly symbol: Symbol;
  /** Positive long, negative short, 0 flat. */
  readonly units: Units;
  /** Signed cost of the open units in the quote currency; divided by units it is the average price. */
  readonly openCost: Micros;
  /** Oldest first; only where the account keeps lots, and then their units sum to the position's. */
  readonly lots?: readonly Lot[];
}

/** Of a position: the net one of a symbol, or a leg. */
export const legs = ["net", "long", "short"] as const;
export type Leg = (typeof legs)[number];

/** How a reader sees positions: one a symbol, or by the way they point. */
export const positionViews = ["net", "legs"] as const;
export type PositionView = (typeof positionViews)[number];

/** Which position signed units of that direction stand in. */
export const legOf = (mode: PositionMode, direction: number): Leg =>
  mode === "netting" ? "net" : direction > 0 ? "long" : "short";

/** Where an account keeps the position. */
export const positionKey = (symbol: Symbol, leg: Leg): string =>
  leg === "net" ? symbol : leg === "long" ? `${symbol} long` : `${symbol} short`;

export const flatPosition = (symbol: Symbol): Position => ({
  symbol,
  units: units(0),
  openCost: zeroMicros,
});

/**
 * The position after a fill of signed units, and the profit it realised in the quote currency.
 *
 * A partial close takes its share of the cost rounded half to even and leaves the exact rest, so
 * cost in, cost out and realised profit always sum to the cash that changed hands.
 */
export function fillPosition(
  held: Position,
  fill: { units: Units; price: Price },
  instrument: Instrument,
): { position: Position; realised: Micros } {
  const cost = notional(fill.price, fill.units, instrument);
  const sameSide = held.units === 0 || held.units > 0 === fill.units > 0;
  if (sameSide) {
    const position = {
      symbol: held.symbol,
      units: units(held.units + fill.units),
      openCost: micros(held.openCost + cost),
    };
    return { position, realised: zeroMicros };
  }
  const closing = Math.min(Math.abs(held.units), Math.abs(fill.units));
  const closed = units(held.units > 0 ? closing : -closing);
  const costShare = averageCost(held, closing);
  const realised = micros(notional(fill.price, closed, instrument) - costShare);
  const opened = units(fill.units + closed);
  const position = {
    symbol: held.symbol,
    units: units(held.units + fill.units),
    openCost: micros(held.openCost - costShare + notional(fill.price, opened, instrument)),
  };
  return { position, realised };
}

/** The part of the position's cost that so many of its units (a size) have, all of it for all. */
export function averageCost(held: Position, closing: number): Micros {
  const size = Math.abs(held.units);
  return closing === size
    ? held.openCost
    : micros(divideHalfEven(held.openCost * BigInt(closing), BigInt(size)));
}

/** Profit if the position were closed at the given side of the market, in the quote currency. */
export function unrealised(
  held: Position,
  market: { bid: Price; ask: Price },
  instrument: Instrument,
): Micros {
  const exit = held.units >= 0 ? market.bid : market.ask;
  return micros(notional(exit, held.units, instrument) - held.openCost);
}
