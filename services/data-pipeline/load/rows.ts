/** Ticks and bars in one shape, for all that treats them alike: joining, picking, putting in order. */

import type { BarColumns, TickColumns } from "../../../shared/timeseries/columns.ts";

export interface Rows {
  readonly length: number;
  readonly time: Float64Array;
  /** Prices, and a bar's count of ticks. */
  readonly ints: readonly Int32Array[];
  /** Volumes; `null` where the source gives none. */
  readonly floats: readonly (Float64Array | null)[];
}

export const rowsOfTicks = (ticks: TickColumns): Rows => ({
  length: ticks.length,
  time: ticks.time,
  ints: [ticks.bid, ticks.ask],
  floats: [ticks.bidVolume, ticks.askVolume],
});

export const rowsOfBars = (bars: BarColumns): Rows => ({
  length: bars.length,
  time: bars.openTime,
  ints: [bars.open, bars.high, bars.low, bars.close, bars.ticks],
  floats: [bars.volume],
});

export function toTicks({ length, time, ints, floats }: Rows): TickColumns {
  const [bid, ask] = ints as [Int32Array, Int32Array];
  return { length, time, bid, ask, bidVolume: floats[0] ?? null, askVolume: floats[1] ?? null };
}

export function toBars({ length, time, ints, floats }: Rows): BarColumns {
  const [open, high, low, close, ticks] = ints as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  return { length, openTime: time, open, high, low, close, ticks, volume: floats[0] ?? null };
}

/** A stretch of rows: `[from, to)`. */
export interface RowSlice {
  readonly rows: Rows;
  readonly from: number;
  readonly to: number;
}

/** A volume that only some of the slices have is NaN, "not given", in the others. */
export function joinRows(slices: readonly RowSlice[]): Rows {
  const length = slices.reduce((sum, { from, to }) => sum + to - from, 0);
  const shape = slices[0]?.rows ?? { length: 0, time: new Float64Array(), ints: [], floats: [] };
  const time = new Float64Array(length);
  const ints = shape.ints.map(() => new Int32Array(length));
  const floats = shape.floats.map((_, at) =>
    slices.some(({ rows }) => rows.floats[at] !== null) ? new Float64Array(length).fill(NaN) : null
  );
  let offset = 0;
  for (const { rows, from, to } of slices) {
    time.set(rows.time.subarray(from, to), offset);
    ints.forEach((column, at) => column.set(rows.ints[at]!.subarray(from, to), offset));
    floats.forEach((column, at) => {
      const given = rows.floats[at] ?? null;
      if (column !== null && given !== null) column.set(given.subarray(from, to), offset);
    });
    offset += to - from;
  }
  return { length, time, ints, floats };
}

/** The rows at these places, in the order of their times; rows of one moment keep their order. */
export function pickRows(rows: Rows, places: Int32Array): Rows {
  const { time } = rows;
  let ordered = places;
  for (let n = 1; n < places.length; n++) {
    if (time[places[n]!]! >= time[places[n - 1]!]!) continue;
    ordered = Int32Array.from(places).sort((a, b) => time[a]! - time[b]! || a - b);
    break;
  }
  const { length } = ordered;
  const pick = <Column extends Float64Array | Int32Array>(from: Column, to: Column): Column => {
    for (let n = 0; n < length; n++) to[n] = from[ordered[n]!]!;
    return to;
  };
  return {
    length,
    time: pick(time, new Float64Array(length)),
    ints: rows.ints.map((column) => pick(column, new Int32Array(length))),
    floats: rows.floats.map((column) => column && pick(column, new Float64Array(length))),
  };
}

/** One row as numbers: time, prices, volumes; `null` is one that was not given. */
export const rowAt = ({ time, ints, floats }: Rows, index: number): (number | null)[] => [
  time[index]!,
  ...ints.map((column) => column[index]!),
  ...floats.map((column) =>
    column === null || Number.isNaN(column[index]!) ? null : column[index]!
  ),
];

/** {@link rowAt} backwards. */
export function rowsOf(values: readonly (number | null)[], kind: "ticks" | "bars"): Rows {
  const ints = kind === "ticks" ? 2 : 5;
  return {
    length: 1,
    time: Float64Array.of(values[0]!),
    ints: values.slice(1, 1 + ints).map((value) => Int32Array.of(value!)),
    floats: values.slice(1 + ints).map((value) => value === null ? null : Float64Array.of(value)),
  };
}
