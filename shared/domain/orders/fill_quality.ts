/**
 * Execution quality: what fills are measured against.
 *
 * The reference of a fill is the price the order could expect when it began to work: the side of the
 * arrival quote it would trade on (ask to buy, bid to sell), or its own limit where that is better.
 * Slippage is how much worse than that the fill was, in points: `fill − reference` of a buy,
 * `reference − fill` of a sell. Positive costs the client, negative is price improvement. Its cost is
 * slippage × units in the quote currency, converted at the fill's own rate.
 */

import type { Arrival } from "./arrival.ts";
import { type Instrument, notional, type Price, type Units } from "../instrument.ts";
import { convert, type Micros, type Rate } from "../money.ts";
import type { EpochMs } from "../time.ts";
import { directionOf, type Order } from "./order.ts";

/** How well a fill was done, and when each stage before it was reached. */
export interface FillQuality {
  readonly arrivalBid: Price;
  readonly arrivalAsk: Price;
  /** In points of the instrument; positive is worse than the reference. */
  readonly slippage: number;
  /** The same for the whole fill, in the account's currency. */
  readonly slippageCost: Micros;
  readonly receivedAt: EpochMs | null;
  /** Accepted, or released: from then on the platform had to see to it. */
  readonly acceptedAt: EpochMs;
  readonly sentAt: EpochMs | null;
  readonly acknowledgedAt: EpochMs | null;
}

/** What the order could expect. */
export function referencePrice(
  order: Pick<Order, "side" | "price">,
  { bid, ask }: Pick<Arrival, "bid" | "ask">,
): Price {
  const { side, price } = order;
  if (side === "buy") return price === null || price > ask ? ask : price;
  return price === null || price < bid ? bid : price;
}

/** `undefined` for an order that met no quote we know of. */
export function fillQuality(
  order: Pick<Order, "side" | "price" | "arrival" | "createdAt">,
  fill: { readonly units: Units; readonly price: Price; readonly rate: Rate },
  instrument: Instrument,
): FillQuality | undefined {
  const { arrival } = order;
  if (arrival === null) return undefined;
  const slippage = directionOf(order.side) * (fill.price - referencePrice(order, arrival));
  const size = Math.abs(fill.units) as Units;
  return {
    arrivalBid: arrival.bid,
    arrivalAsk: arrival.ask,
    // Never −0, which no text tells from 0.
    slippage: slippage === 0 ? 0 : slippage,
    slippageCost: convert(notional(slippage as Price, size, instrument), fill.rate),
    receivedAt: arrival.receivedAt,
    acceptedAt: arrival.releasedAt ?? order.createdAt,
    sentAt: arrival.sentAt,
    acknowledgedAt: arrival.acknowledgedAt,
  };
}
