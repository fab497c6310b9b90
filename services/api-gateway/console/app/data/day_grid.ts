/** Days of history as a calendar: a column a week, a row a weekday, and how whole each day is. */

import type { DayQuality } from "../../../../../shared/sdk/mod.ts";

/** From whole to full of holes; `none` has no rows at all. */
export const wholenessNames = ["none", "whole", "small", "some", "large"] as const;
export type Wholeness = (typeof wholenessNames)[number];

export interface DayCell {
  /** `2019-02-04`. */
  readonly day: string;
  readonly wholeness: Wholeness;
  readonly gapSeconds: number;
  readonly rows: number;
}

export interface YearGrid {
  readonly year: number;
  /** Weeks from the year's first on, each from Sunday to Saturday; `null` outside the year. */
  readonly weeks: readonly (readonly (DayCell | null)[])[];
}

const dayMs = 86_400_000;

/** Seconds of a day that are missing, by where the colours change. */
export function wholenessOf(rows: number, gapSeconds: number): Wholeness {
  if (rows === 0) return "none";
  if (gapSeconds === 0) return "whole";
  if (gapSeconds <= 600) return "small";
  return gapSeconds <= 3_600 ? "some" : "large";
}

/** Bars of an hour and longer are checked a year at a time, and told of under its first day. */
export const isKeptByYear = ({ intervalMs }: Pick<DayQuality, "intervalMs">): boolean =>
  intervalMs !== null && intervalMs >= 3_600_000;

type Quality = Pick<DayQuality, "day" | "rowsStored" | "gaps">;

/** A grid for every year that has a day, the newest first. */
export function yearGrids(days: readonly Quality[]): YearGrid[] {
  const cells = new Map<string, DayCell>();
  for (const { day, rowsStored, gaps } of days) {
    const gapSeconds = gaps.reduce((sum, gap) => sum + gap.seconds, 0);
    const wholeness = wholenessOf(rowsStored, gapSeconds);
    // Of several series of a day the one with the most rows is shown.
    const known = cells.get(day);
    if (known === undefined || known.rows < rowsStored) {
      cells.set(day, { day, wholeness, gapSeconds, rows: rowsStored });
    }
  }
  const years = [...new Set([...cells.keys()].map((day) => Number(day.slice(0, 4))))];
  return years.sort((a, b) => b - a).map((year) => ({ year, weeks: weeksOf(year, cells) }));
}

function weeksOf(year: number, cells: ReadonlyMap<string, DayCell>): (DayCell | null)[][] {
  const first = Date.UTC(year, 0, 1);
  const end = Date.UTC(year + 1, 0, 1);
  const weeks: (DayCell | null)[][] = [];
  let at = first - new Date(first).getUTCDay() * dayMs;
  while (at < end) {
    const week: (DayCell | null)[] = [];
    for (let n = 0; n < 7; n++, at += dayMs) {
      const day = new Date(at).toISOString().slice(0, 10);
      const outside = at < first || at >= end;
      week.push(
        outside ? null : cells.get(day) ?? { day, wholeness: "none", gapSeconds: 0, rows: 0 },
      );
    }
    weeks.push(week);
  }
  return weeks;
}
