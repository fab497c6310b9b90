/**
 * The studies that signals come from. Each looks back over so many bars and no further, and counts in
 * whole points: whoever has these bars finds the same, after a restart and on any machine.
 */

import type { Direction, StudyName } from "./signal.ts";

/** Prices of bars in points, by open time. */
export interface StudiedBars {
  readonly length: number;
  readonly high: ArrayLike<number>;
  readonly low: ArrayLike<number>;
  readonly close: ArrayLike<number>;
}

export interface Study {
  /** Bars that it needs, the one it judges included. */
  readonly bars: number;
  /** What the close of the bar at this index says; all the bars it needs must be there. */
  judge(bars: StudiedBars, at: number): Direction | null;
}

const [fast, slow] = [20, 50];
const range = 20;
const changes = 14;

/**
 * The average of 20 closes crosses that of 50 (Murphy 1999, chapter 9): up where it was not above
 * before, down where it was not below.
 */
const averagesCross: Study = {
  bars: slow + 1,
  judge({ close }, at) {
    const distance = (end: number) =>
      sumOf(close, fast, end) * slow - sumOf(close, slow, end) * fast;
    const [before, now] = [distance(at - 1), distance(at)];
    if (before <= 0 && now > 0) return "up";
    return before >= 0 && now < 0 ? "down" : null;
  },
};

/** The close leaves the range of the 20 bars before it (Donchian's channel), the last one not yet. */
const rangeBreak: Study = {
  bars: range + 2,
  judge(bars, at) {
    const [before, now] = [outside(bars, at - 1), outside(bars, at)];
    return before === now ? null : now;
  },
};

/**
 * The relative strength of 14 changes comes back from below 30, or from above 70 (Wilder 1978), with
 * plain sums of the changes as Cutler has them: Wilder's own averages never forget where they began.
 */
const rsiTurn: Study = {
  bars: changes + 2,
  judge({ close }, at) {
    const [before, now] = [strength(close, at - 1), strength(close, at)];
    if (before === "low" && now !== "low") return "up";
    return before === "high" && now !== "high" ? "down" : null;
  },
};

export const studies: Readonly<Record<StudyName, Study>> = {
  averages_cross: averagesCross,
  range_break: rangeBreak,
  rsi_turn: rsiTurn,
};

/** Bars that any study needs. */
export const studyBarsMax = Math.max(...Object.values(studies).map(({ bars }) => bars));

export interface Found {
  /** Index of the bar. */
  readonly at: number;
  readonly direction: Direction;
}

/**
 * What a study says of bars from an index on. It needs one bar more than it looks at: the first one
 * that is known may have begun earlier.
 */
export function judgeBars(bars: StudiedBars, name: StudyName, from: number): Found[] {
  const { bars: needed, judge } = studies[name];
  const found: Found[] = [];
  for (let at = Math.max(needed, from); at < bars.length; at++) {
    const direction = judge(bars, at);
    if (direction !== null) found.push({ at, direction });
  }
  return found;
}

/** Of so many values, the last of them at `end`. */
function sumOf(values: ArrayLike<number>, count: number, end: number): number {
  let sum = 0;
  for (let at = end - count + 1; at <= end; at++) sum += values[at]!;
  return sum;
}

function outside({ high, low, close }: StudiedBars, at: number): Direction | null {
  let [top, bottom] = [-Infinity, Infinity];
  for (let before = at - range; before < at; before++) {
    top = Math.max(top, high[before]!);
    bottom = Math.min(bottom, low[before]!);
  }
  if (close[at]! > top) return "up";
  return close[at]! < bottom ? "down" : null;
}

/** Below 30 of 100, above 70, or neither; a price that stood still is neither. */
function strength(close: ArrayLike<number>, end: number): "low" | "high" | null {
  let [gains, losses] = [0, 0];
  for (let at = end - changes + 1; at <= end; at++) {
    const change = close[at]! - close[at - 1]!;
    if (change > 0) gains += change;
    else losses -= change;
  }
  if (7 * gains < 3 * losses) return "low";
  return 3 * gains > 7 * losses ? "high" : null;
}
