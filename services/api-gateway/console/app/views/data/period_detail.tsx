/** What a day of a series has and misses, or the year of one that is kept by the year. */

import type { DayQuality } from "../../../../../../shared/sdk/mod.ts";
import { isKeptByYear } from "../../data/day_grid.ts";
import { ageText, groupDigits } from "../../ui/numbers.ts";

export function PeriodDetail({ of }: { of: DayQuality }) {
  const { rowsStored, rowsQuarantined, spreadMedian, gaps, gapsTotal } = of;
  // A year's gaps need their day, which is plain of a day's.
  const from = isKeptByYear(of) ? 0 : 11;
  const text = (time: string) => time.slice(from, 19).replace("T", " ");
  return (
    <>
      <p>
        <b>{seriesText(of)}</b>: {groupDigits(String(rowsStored))} rows,{" "}
        {groupDigits(String(rowsQuarantined))} kept apart
        {spreadMedian === null ? "" : `, spread ${spreadMedian.toFixed(2)} pips`}
      </p>
      {gaps.length === 0 ? <p>No gaps.</p> : (
        <ul>
          {gaps.map((gap) => (
            <li key={gap.from}>
              {text(gap.from)} to {text(gap.to)} UTC, {ageText(gap.seconds * 1_000)}
            </li>
          ))}
          {gapsTotal > gaps.length && <li>and {gapsTotal - gaps.length} more</li>}
        </ul>
      )}
    </>
  );
}

const seriesText = ({ source, kind, side, intervalMs }: DayQuality): string =>
  kind === "ticks" ? `${source} ticks` : `${source} ${side} bars of ${ageText(intervalMs ?? 0)}`;
