/**
 * Which series of a source is read when. Each moment goes to the first series that holds it, day by
 * day from the day's first to its last; what none holds is silence. So nothing is read twice where
 * one series ends and another goes on, and nothing is left out that any of them has.
 */

import { minuteMs } from "../../../shared/domain/bar.ts";
import { barGrid } from "../../../shared/domain/bars/bar_grid.ts";
import {
  dayMs,
  granularities,
  hourMs,
  nominalMs,
} from "../../../shared/domain/bars/granularity.ts";
import { liveSource } from "../../../shared/domain/source.ts";
import type { BarSeries, TimeRange } from "../../../shared/timeseries/columns.ts";
import type { History } from "../../../shared/timeseries/history.ts";
import { lowerBound } from "../../../shared/timeseries/tick_columns.ts";
import type { BarBase, BaseSeries } from "./bar_base.ts";

/** A stretch of time, and the one series that is read for it. */
export type BasePart = BaseSeries & TimeRange;

/** How far the archive may be behind: so long live ticks may be without the bars it makes of them. */
export const liveLagMs = hourMs;

export interface PartsQuery {
  readonly range: TimeRange;
  /** Epoch milliseconds. */
  readonly now: number;
  /** How far is looked ahead at first; then four times as far each time. */
  readonly aheadMs: number;
}

/** The parts of a range, one after the other. */
export async function* partsOf(
  history: History,
  base: BarBase,
  { range, now, aheadMs }: PartsQuery,
): AsyncGenerator<BasePart> {
  if (base.series.length === 1) {
    yield { ...base.series[0]!, ...range };
    return;
  }
  const end = Math.min(range.to, base.to + 1);
  let windowMs = Math.max(dayMs, aheadMs);
  for (let from = Math.max(range.from, base.from); from < end; windowMs *= 4) {
    // Whole days: no bar of an hour or less lies in two of them. Beyond now there is hardly anything.
    const ahead = Math.ceil((from + windowMs) / dayMs) * dayMs;
    const to = ahead > now ? end : Math.min(end, ahead);
    const window = { from, to };
    const covers = await coversOf(history, base, { window, now });
    yield* cutParts(base.series, covers, window);
    from = to;
  }
}

/** What each series of a base covers in a window. */
export async function coversOf(
  history: History,
  { series, source, alignment }: BarBase,
  { window, now }: { readonly window: TimeRange; readonly now: number },
): Promise<TimeRange[][]> {
  // A long bar may reach in from before.
  const longest = Math.max(...series.map((one) => one.kind === "bars" ? one.series.intervalMs : 0));
  const reach = longest > hourMs ? longest + hourMs : 0;
  const days = await history.heldDays(
    series.map((one) => one.series),
    { from: window.from - reach, to: window.to },
  );
  const behind = Math.floor((now - liveLagMs) / dayMs) * dayMs;
  const madeOfBars = series.some(({ kind }) => kind === "bars");
  return series.map((one, n) => {
    if (one.kind === "bars") {
      const endOf = barEnds(one.series, alignment);
      return joinRanges(days[n]!.map(({ from, to }) => ({ from, to: endOf(to) })));
    }
    const ticks = days[n]!.map(({ from, to }) => ({ from, to: to + 1 }));
    // Live bars are told of when they are finished; the ticks of a minute under way are none.
    const waits = source === liveSource && madeOfBars;
    return joinRanges(waits ? ticks.filter(({ to }) => to <= behind) : ticks);
  });
}

/**
 * Whether minute bars run from the first minute to the last of every day of a range: then each day
 * is theirs, and no look at other series can add to it.
 */
export function fillDays(
  minutes: readonly { readonly openTime: Float64Array; readonly length: number }[],
  { from, to }: TimeRange,
): boolean {
  const has = (at: number) =>
    minutes.some(({ openTime, length }) => openTime[lowerBound(openTime, length, at)] === at);
  for (let start = from; start < to;) {
    const end = Math.min(to, (Math.floor(start / dayMs) + 1) * dayMs);
    if (!has(start) || !has(end - minuteMs)) return false;
    start = end;
  }
  return true;
}

/** Where the bar that opens at a time ends. */
function barEnds(
  { intervalMs }: BarSeries,
  alignment: BarBase["alignment"],
): (openTime: number) => number {
  const length = granularities.find((one) => nominalMs(one) === intervalMs);
  if (intervalMs <= hourMs || length === undefined) return (at) => at + intervalMs;
  const grid = barGrid(length, alignment);
  return (at) => grid.spanAt(at).until;
}

/** Gives every moment of the range to the first series that covers it. */
export function cutParts(
  series: readonly BaseSeries[],
  covers: readonly (readonly TimeRange[])[],
  range: TimeRange,
): BasePart[] {
  const cut: { n: number; from: number; to: number }[] = [];
  let left: readonly TimeRange[] = [range];
  covers.forEach((cover, n) => {
    for (const part of common(left, cover)) cut.push({ n, ...part });
    left = common(left, gapsOf(cover));
  });
  cut.sort((a, b) => a.from - b.from);
  const joined: typeof cut = [];
  for (const part of cut) {
    const last = joined.at(-1);
    // Only silence lies between: one reading does for both.
    if (last?.n === part.n) last.to = part.to;
    else joined.push(part);
  }
  return joined.map(({ n, from, to }) => ({ ...series[n]!, from, to }));
}

/** Ranges by time, those that touch or overlap as one. */
export function joinRanges(ranges: readonly TimeRange[]): TimeRange[] {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of ranges) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined;
}

/** Moments that lie in both; each by time, none overlapping another. */
export function common(a: readonly TimeRange[], b: readonly TimeRange[]): TimeRange[] {
  const found: TimeRange[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const from = Math.max(a[i]!.from, b[j]!.from);
    const to = Math.min(a[i]!.to, b[j]!.to);
    if (from < to) found.push({ from, to });
    if (a[i]!.to < b[j]!.to) i++;
    else j++;
  }
  return found;
}

function gapsOf(ranges: readonly TimeRange[]): TimeRange[] {
  const edges = [-Infinity, ...ranges.flatMap(({ from, to }) => [from, to]), Infinity];
  return Array.from({ length: edges.length / 2 }, (_, n) => ({
    from: edges[2 * n]!,
    to: edges[2 * n + 1]!,
  }));
}
