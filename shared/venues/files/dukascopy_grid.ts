/** Dukascopy keeps 3 decimals for the yen and metals, 5 for the rest. */

import type { Instrument } from "../../domain/instrument.ts";
import { pointsMax } from "./cells.ts";

export const decimalsOf = ({ base, quote }: Instrument): number =>
  quote === "JPY" || base === "XAU" || base === "XAG" ? 3 : 5;

export interface VendorGrid {
  /** The vendor's count as one of the instrument's points; 0 where it is no price. */
  points(count: number, side: "bid" | "ask"): number;
  /** Whether it is rounded for that. */
  isFiner(count: number): boolean;
}

/** A finer price is rounded outwards, bid down and ask up: no better price than was recorded. */
export function gridOf(instrument: Instrument): VendorGrid {
  const shift = instrument.pricePrecision - decimalsOf(instrument);
  const factor = 10 ** shift;
  const limit = (points: number) => points > pointsMax ? 0 : points;
  if (shift >= 0) return { points: (count) => limit(count * factor), isFiner: () => false };
  const divisor = 10 ** -shift;
  return {
    points: (count, side) =>
      limit(side === "bid" ? Math.floor(count / divisor) : Math.ceil(count / divisor)),
    isFiner: (count) => count % divisor !== 0,
  };
}
