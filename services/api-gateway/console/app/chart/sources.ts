/** Whose prices a chart shows: the platform's own feed, or history that was loaded. */

import { type BarSide, barSides } from "../../../../../shared/domain/bar.ts";
import {
  granularities,
  type Granularity,
  nominalMs,
} from "../../../../../shared/domain/bars/granularity.ts";
import { liveSource } from "../../../../../shared/domain/source.ts";
import type { Series } from "../../../../../shared/sdk/mod.ts";

/** Sources of an instrument, the live one first. */
export const sourcesOf = (series: readonly Series[]): string[] => [
  liveSource,
  ...new Set(series.map(({ source }) => source).filter((one) => one !== liveSource)),
];

/** Of a series, what says which bars can be made of it. */
type Held = Pick<Series, "source" | "kind" | "side" | "intervalMs">;

export interface Fit {
  readonly source: string;
  readonly side: BarSide;
  readonly granularity: Granularity;
}

/** The bars nearest to those asked for that the source's series can be made into. */
export function fitTo(series: readonly Held[], { source, side, granularity }: Fit): Fit {
  const own = series.filter((one) => one.source === source);
  if (source === liveSource || own.some(({ kind }) => kind === "ticks")) {
    return { source, side, granularity };
  }
  const shortest = granularities.indexOf(granularity);
  const lengths = [...granularities.slice(shortest), ...granularities.slice(0, shortest)];
  for (const one of [side, ...barSides]) {
    const made = lengths.find((length) => own.some((bars) => makes(bars, one, length)));
    if (made !== undefined) return { source, side: one, granularity: made };
  }
  return { source, side, granularity };
}

const makes = ({ kind, side, intervalMs }: Held, wanted: BarSide, length: Granularity): boolean =>
  kind === "bars" && side === wanted && intervalMs !== null && nominalMs(length) % intervalMs === 0;
