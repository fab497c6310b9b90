/**
 * The way a price took inside a bar, where only the bar is known: four prices, open, the extreme
 * nearer to the open, the other extreme, close, at the beginning, the first and second third, and the
 * last millisecond of the bar. An open in the middle goes to the low first. It is a convention (that
 * of most charting platforms); what really came first cannot be had from a bar.
 */

import type { BarColumns, TickColumns } from "../../../../shared/domain/columns.ts";

const steps = 4;

/** Bars of the bid, and those of the ask or the points that the ask lies above the bid. */
export interface BarPrices {
  readonly intervalMs: number;
  readonly bid: BarColumns;
  /** Of the same open times as the bid's; bars that one side has alone are passed over. */
  readonly ask: BarColumns | number;
}

/** Bars without a quote inside say nothing and give nothing. */
export function pathOf({ intervalMs, bid, ask }: BarPrices): TickColumns {
  const time = new Float64Array(bid.length * steps);
  const bids = new Int32Array(bid.length * steps);
  const asks = new Int32Array(bid.length * steps);
  let length = 0;
  let askAt = 0;
  for (let at = 0; at < bid.length; at++) {
    if (bid.ticks[at] === 0) continue;
    const openTime = bid.openTime[at]!;
    if (typeof ask !== "number") {
      while (askAt < ask.length && ask.openTime[askAt]! < openTime) askAt++;
      if (ask.openTime[askAt] !== openTime) continue;
    }
    const lowFirst = isLowFirst(bid, at);
    for (let step = 0; step < steps; step++) {
      time[length] = openTime + Math.min(intervalMs - 1, Math.floor(step * intervalMs / 3));
      const price = bid[nameOf(step, lowFirst)][at]!;
      bids[length] = price;
      asks[length] = typeof ask === "number"
        ? price + ask
        : Math.max(ask[nameOf(step, lowFirst)][askAt]!, price + 1);
      length++;
    }
  }
  return {
    length,
    time: time.subarray(0, length),
    bid: bids.subarray(0, length),
    ask: asks.subarray(0, length),
    bidVolume: null,
    askVolume: null,
  };
}

const isLowFirst = (bars: BarColumns, at: number): boolean =>
  bars.open[at]! - bars.low[at]! <= bars.high[at]! - bars.open[at]!;

function nameOf(step: number, lowFirst: boolean): "open" | "high" | "low" | "close" {
  if (step === 0) return "open";
  if (step === steps - 1) return "close";
  return (step === 1) === lowFirst ? "low" : "high";
}
