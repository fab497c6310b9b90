/** What one day of one series is like, computed once when it is stored. */

import * as aq from "arquero";
import { dayMs, hourMs } from "../../../shared/domain/bars/granularity.ts";
import { formatPrice, type Instrument, price } from "../../../shared/domain/instrument.ts";
import { epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import type { TimeRange } from "../../../shared/timeseries/columns.ts";
import { gateBit } from "../checks/gates.ts";
import { sampledMedian } from "../checks/robust.ts";
import type { Rows } from "../load/rows.ts";

/** Gaps listed of a day; all are counted. */
const gapsMax = 100;

export interface HourQuality {
  readonly hour: string;
  readonly rows: number;
  /** Pips; null of bars. */
  readonly spreadMedian: number | null;
  readonly spreadMax: number | null;
}

export interface DayQuality {
  readonly rowsRead: number;
  readonly rowsStored: number;
  readonly rowsQuarantined: number;
  readonly rowsFlagged: number;
  readonly bytesStored: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly medianPrice: string | null;
  readonly spreadMedian: number | null;
  readonly gates: Readonly<Record<string, number>>;
  readonly quarantined: Readonly<Record<string, number>>;
  readonly hours: HourQuality[];
  readonly gaps: { from: string; to: string; seconds: number }[];
  readonly gapsTotal: number;
}

export interface DayFacts {
  readonly kind: "ticks" | "bars";
  readonly instrument: Instrument;
  readonly period: TimeRange;
  /** What is stored, by time. */
  readonly rows: Rows;
  /** Ends of silences: times of rows that ended a gap, and of the rows before them. */
  readonly gaps: readonly (readonly [from: number, to: number])[];
  readonly rowsRead: number;
  readonly rowsFlagged: number;
  /** Points; 0 without rows. */
  readonly median: number;
  readonly gates: Readonly<Record<string, number>>;
  /** The reasons of each row kept apart. */
  readonly held: readonly (readonly string[])[];
}

const textOf = (at: number): string => toRfc3339(epochMs(at));

/** All but the bytes, which are known once it is stored. */
export function dayQuality(facts: DayFacts): Omit<DayQuality, "bytesStored"> {
  const { kind, instrument, rows, median, held } = facts;
  const { length, time, ints } = rows;
  const [bid, ask] = ints;
  const spread = kind === "ticks" && length > 0
    ? sampledMedian(length, (index) => ask![index]! - bid![index]!) / instrument.pipPoints
    : null;
  return {
    rowsRead: facts.rowsRead,
    rowsStored: length,
    rowsQuarantined: held.length,
    rowsFlagged: facts.rowsFlagged,
    from: length === 0 ? null : textOf(time[0]!),
    to: length === 0 ? null : textOf(time[length - 1]!),
    medianPrice: median === 0 ? null : formatPrice(price(Math.round(median)), instrument),
    spreadMedian: spread,
    gates: facts.gates,
    quarantined: countReasons(held),
    hours: hoursOf(facts),
    gaps: facts.gaps.slice(0, gapsMax).map(([from, to]) => ({
      from: textOf(from),
      to: textOf(to),
      seconds: Math.round((to - from) / 1_000),
    })),
    gapsTotal: facts.gaps.length,
  };
}

/** A row with two reasons counts for both. */
function countReasons(held: readonly (readonly string[])[]): Record<string, number> {
  if (held.length === 0) return {};
  const counted = aq.table({ reason: held.flat() }).groupby("reason").count()
    .objects() as { reason: string; count: number }[];
  return Object.fromEntries(counted.map(({ reason, count }) => [reason, count]));
}

/** One entry an hour of a day, empty hours too; a longer piece is not cut into hours. */
function hoursOf({ kind, instrument, period, rows }: DayFacts): HourQuality[] {
  if (period.to - period.from > dayMs) return [];
  const { length, time, ints } = rows;
  const [bid, ask] = ints;
  const hours: HourQuality[] = [];
  let start = 0;
  for (let from = period.from; from < period.to; from += hourMs) {
    let end = start;
    let widest = 0;
    for (; end < length && time[end]! < from + hourMs; end++) {
      if (kind === "ticks") widest = Math.max(widest, ask![end]! - bid![end]!);
    }
    const first = start;
    const spreads = kind === "ticks" && end > start;
    hours.push({
      hour: textOf(from),
      rows: end - start,
      spreadMedian: spreads
        ? sampledMedian(end - start, (n) => ask![first + n]! - bid![first + n]!) /
          instrument.pipPoints
        : null,
      spreadMax: spreads ? widest / instrument.pipPoints : null,
    });
    start = end;
  }
  return hours;
}

/** The silences that the gap gate marked, each from the row above in order to the row itself. */
export function gapsOf(
  time: Float64Array,
  mask: Uint32Array,
  before: number | null,
): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  const disordered = gateBit.clock | gateBit.out_of_order;
  let last = before;
  for (let i = 0; i < mask.length; i++) {
    if ((mask[i]! & disordered) !== 0) continue;
    if ((mask[i]! & gateBit.gap) !== 0 && last !== null) found.push([last, time[i]!]);
    last = time[i]!;
  }
  return found;
}
