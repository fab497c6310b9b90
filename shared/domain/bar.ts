/** Bars: what a price did within an interval, folded one quote at a time. */

import { type Price, price, type Symbol } from "./instrument.ts";
import type { Quote } from "./quote.ts";
import { type EpochMs, epochMs } from "./time.ts";

export const barSides = ["bid", "ask", "mid"] as const;
export type BarSide = (typeof barSides)[number];

/** Length of the bars that are built live. */
export const minuteMs = 60_000;

export interface Bar {
  readonly symbol: Symbol;
  readonly side: BarSide;
  /** Start of the interval; the bar covers `[openTime, openTime + interval)`. */
  readonly openTime: EpochMs;
  readonly open: Price;
  readonly high: Price;
  readonly low: Price;
  readonly close: Price;
  /** Quotes inside; 0 in a flat bar that only carries the last close over a silent minute. */
  readonly ticks: number;
}

export const minuteOf = (at: EpochMs): EpochMs => epochMs(at - (at % minuteMs));

/** A side's price; mid rounds half a point to even. */
export function sidePrice(quote: Quote, side: BarSide): Price {
  if (side === "bid") return quote.bid;
  if (side === "ask") return quote.ask;
  const floor = Math.floor((quote.bid + quote.ask) / 2);
  const half = (quote.bid + quote.ask) % 2 !== 0;
  return price(half && floor % 2 !== 0 ? floor + 1 : floor);
}

export function openBar(quote: Quote, side: BarSide): Bar {
  const at = sidePrice(quote, side);
  const openTime = minuteOf(quote.venueTime);
  return { symbol: quote.symbol, side, openTime, open: at, high: at, low: at, close: at, ticks: 1 };
}

/** The bar after one more quote of the same minute. */
export function addToBar(bar: Bar, quote: Quote): Bar {
  const at = sidePrice(quote, bar.side);
  return {
    ...bar,
    high: at > bar.high ? at : bar.high,
    low: at < bar.low ? at : bar.low,
    close: at,
    ticks: bar.ticks + 1,
  };
}

/** The flat bar of a minute without quotes that follows `bar`. */
export const flatBarAfter = (bar: Bar, openTime: EpochMs): Bar => ({
  ...bar,
  openTime,
  open: bar.close,
  high: bar.close,
  low: bar.close,
  ticks: 0,
});
