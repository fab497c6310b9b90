/** The side and alignment to answer with where none is asked for: none that leaves something out. */

import { minuteMs } from "../../../shared/domain/bar.ts";
import { dayMs } from "../../../shared/domain/bars/granularity.ts";
import type { TimeRange } from "../../../shared/timeseries/columns.ts";
import type { History } from "../../../shared/timeseries/history.ts";
import { common, coversOf, joinRanges } from "./base_parts.ts";
import type { BarBase } from "./bar_base.ts";

/**
 * The base that holds most of the range; of equal ones the one that holds most of all, so that pages
 * of one history are of one side; then the first.
 */
export async function fullestBase(
  history: History,
  bases: readonly BarBase[],
  { range, now }: { readonly range: TimeRange; readonly now: number },
): Promise<BarBase> {
  const [first] = bases;
  if (bases.every((base) => namesOf(base) === namesOf(first!))) return first!;
  const unit = Math.max(minuteMs, ...bases.map(longestBar));
  let best: { readonly base: BarBase; readonly held: readonly [number, number] } | null = null;
  const looked = new Set<string>();
  for (const base of bases) {
    if (looked.has(namesOf(base))) continue;
    looked.add(namesOf(base));
    const window = { from: base.from, to: base.to + 1 };
    const covers = await coversOf(history, base, { window, now });
    const whole = withoutPauses(joinRanges(
      covers.flat().map((one) => outward(one, unit)).toSorted((a, b) => a.from - b.from),
    ));
    const held = [lengthOf(common(whole, [range])), lengthOf(whole)] as const;
    const fuller = best === null || held[0] > best.held[0] ||
      held[0] === best.held[0] && held[1] > best.held[1];
    if (fuller) best = { base, held };
  }
  return best!.base;
}

const namesOf = ({ series }: BarBase): string => JSON.stringify(series);

/** A day at most: no more is wanted of a day than that the base has it. */
const longestBar = ({ series }: BarBase): number =>
  Math.min(
    dayMs,
    Math.max(...series.map((one) => one.kind === "bars" ? one.series.intervalMs : 0)),
  );

/** To whole bars: ticks begin and end within the bar that they make. */
const outward = ({ from, to }: TimeRange, unit: number): TimeRange => ({
  from: Math.floor(from / unit) * unit,
  to: Math.ceil(to / unit) * unit,
});

/** A day counts from its first to its last: one series tells of a silence between, two do not. */
const withoutPauses = (ranges: readonly TimeRange[]): TimeRange[] =>
  joinRanges(ranges.map(({ from, to }, n) => {
    const next = ranges[n + 1]?.from ?? Infinity;
    return { from, to: dayOf(next) === dayOf(to - 1) ? next : to };
  }));

const dayOf = (at: number): number => Math.floor(at / dayMs);

const lengthOf = (ranges: readonly TimeRange[]): number =>
  ranges.reduce((sum, { from, to }) => sum + to - from, 0);
