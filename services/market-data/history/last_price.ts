/** The newest price before a moment, found by looking back in steps that grow. */

import type { BarSide } from "../../../shared/domain/bar.ts";
import { midPoints } from "../../../shared/domain/bars/fold_ticks.ts";
import { dayMs, hourMs } from "../../../shared/domain/bars/granularity.ts";
import type { BarSeries, TickSeries, TimeRange } from "../../../shared/timeseries/columns.ts";
import type { History } from "../../../shared/timeseries/history.ts";
import type { BasePart } from "./base_parts.ts";

/**
 * How far back, in milliseconds. The longest spans every weekend and holiday: two weeks, Christmas
 * among them, have more than the seven days of open market that a price may be old.
 */
const reachesMs = [60_000, hourMs, dayMs, 14 * dayMs] as const;
/** How far back a price is looked for at most. */
export const lastPriceReachMs: number = reachesMs[3];

export interface Quoted {
  readonly time: number;
  readonly bid: number;
  readonly ask: number;
}

/** A side's newest price of a part, in points; `null` where two weeks hold none. */
export async function lastPrice(
  history: History,
  part: BasePart,
  { before, side }: { readonly before: number; readonly side: BarSide },
): Promise<number | null> {
  const held = { from: part.from, to: part.to - 1 };
  if (part.kind === "bars") {
    return (await lastClose(history, { series: part.series, ...held }, before))?.price ?? null;
  }
  const quoted = await lastTick(history, { series: part.series, ...held }, before);
  if (quoted === null) return null;
  if (side === "mid") return midPoints(quoted.bid, quoted.ask);
  return side === "bid" ? quoted.bid : quoted.ask;
}

/** The newest tick before a moment. */
export async function lastTick(
  history: History,
  held: TimeRange & { readonly series: TickSeries },
  before: number,
): Promise<Quoted | null> {
  for (const range of looks(held, before)) {
    let found: Quoted | null = null;
    for await (const { length, time, bid, ask } of history.ticks(held.series, range)) {
      if (length === 0) continue;
      const at = length - 1;
      found = { time: time[at]!, bid: bid[at]!, ask: ask[at]! };
    }
    if (found !== null) return found;
  }
  return null;
}

/** The close of the newest bar that had ended by a moment, and when that was. */
export async function lastClose(
  history: History,
  base: TimeRange & { readonly series: BarSeries },
  before: number,
): Promise<{ readonly time: number; readonly price: number } | null> {
  const { intervalMs } = base.series;
  for (const range of looks(base, before - intervalMs + 1)) {
    let found = null;
    for await (const { length, openTime, close, ticks } of history.bars(base.series, range)) {
      // A flat bar repeats an older price: the one it carries is as old as its own bar.
      let at = length - 1;
      while (at >= 0 && ticks[at] === 0) at--;
      if (at >= 0) found = { time: openTime[at]! + intervalMs, price: close[at]! };
    }
    if (found !== null) return found;
  }
  return null;
}

/** A source's bars of bid and of ask of one length, and the times that both may hold. */
export interface BarPair extends TimeRange {
  readonly bid: BarSeries;
  readonly ask: BarSeries;
}

/** The closes of the newest bid and ask bar of one time that had ended by a moment. */
export async function lastPair(
  history: History,
  pair: BarPair,
  before: number,
): Promise<Quoted | null> {
  const { intervalMs } = pair.bid;
  for (const range of looks(pair, before - intervalMs + 1)) {
    const bids = new Map<number, number>();
    for await (const { length, openTime, close, ticks } of history.bars(pair.bid, range)) {
      for (let at = 0; at < length; at++) if (ticks[at] !== 0) bids.set(openTime[at]!, close[at]!);
    }
    let found: Quoted | null = null;
    for await (const { length, openTime, close, ticks } of history.bars(pair.ask, range)) {
      for (let at = 0; at < length; at++) {
        const bid = bids.get(openTime[at]!);
        if (bid === undefined || ticks[at] === 0) continue;
        found = { time: openTime[at]! + intervalMs, bid, ask: close[at]! };
      }
    }
    if (found !== null) return found;
  }
  return null;
}

/** Ranges that end at the moment, or where the series does, one before the other. */
function* looks(held: TimeRange, before: number): Generator<TimeRange> {
  let to = Math.min(before, held.to + 1);
  const oldest = Math.max(held.from, before - reachesMs.at(-1)!);
  for (const reachMs of reachesMs) {
    const from = Math.max(oldest, to - reachMs);
    if (from < to) yield { from, to };
    to = from;
  }
}
