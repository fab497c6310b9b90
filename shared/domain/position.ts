/** A netted position: signed units and exactly what they cost. */

import { divideHalfEven } from "./decimal.ts";
import {
  type Instrument,
  notional,
  type Price,
  type Symbol,
  type Units,
  units,
} from "./instrument.ts";
import { type Micros, micros, zeroMicros } from "./money.ts";

export interface Position {
  readonly symbol: Symbol;
  /** Positive long, negative short, 0 flat. */
  readonly units: Units;
  /** Signed cost of the open units in the quote currency; divided by units it is the average price. */
  readonly openCost: Micros;
}

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
  const costShare = closing === Math.abs(held.units)
    ? held.openCost
    : divideHalfEven(held.openCost * BigInt(closing), BigInt(Math.abs(held.units)));
  const realised = micros(notional(fill.price, closed, instrument) - costShare);
  const opened = units(fill.units + closed);
  const position = {
    symbol: held.symbol,
    units: units(held.units + fill.units),
    openCost: micros(held.openCost - costShare + notional(fill.price, opened, instrument)),
  };
  return { position, realised };
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
