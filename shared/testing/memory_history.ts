/** History in memory for tests, in pieces as small as wanted. */

import type {
  BarColumns,
  BarSeries,
  TickColumns,
  TickSeries,
  TimeRange,
} from "../timeseries/columns.ts";
import { addDays } from "../timeseries/held_days.ts";
import type { History, SeriesSummary } from "../timeseries/history.ts";
import { sliceTicks } from "../timeseries/tick_columns.ts";

export class MemoryHistory implements History {
  readonly #ticks = new Map<string, { series: TickSeries; ticks: TickColumns }>();
  readonly #bars = new Map<string, { series: BarSeries; bars: BarColumns }>();
  readonly #pieceLength: number;

  constructor(pieceLength = 1_000) {
    this.#pieceLength = pieceLength;
  }

  /** In place of what the series had. */
  putTicks(series: TickSeries, ticks: TickColumns): void {
    this.#ticks.set(keyOf(series), { series, ticks });
  }

  putBars(series: BarSeries, bars: BarColumns): void {
    this.#bars.set(keyOf(series), { series, bars });
  }

  async *ticks(series: TickSeries, range: TimeRange): AsyncGenerator<TickColumns> {
    const held = this.#ticks.get(keyOf(series))?.ticks;
    if (held === undefined) return;
    const [from, to] = indexes(held.time, range);
    for (let at = from; at < to; at += this.#pieceLength) {
      const piece = sliceTicks(held, at, Math.min(to, at + this.#pieceLength));
      yield await Promise.resolve({
        ...piece,
        bidVolume: givenOf(piece.bidVolume),
        askVolume: givenOf(piece.askVolume),
      });
    }
  }

  async *bars(series: BarSeries, range: TimeRange): AsyncGenerator<BarColumns> {
    const held = this.#bars.get(keyOf(series))?.bars;
    if (held === undefined) return;
    const [from, to] = indexes(held.openTime, range);
    for (let at = from; at < to; at += this.#pieceLength) {
      yield await Promise.resolve(sliceColumns(held, at, Math.min(to, at + this.#pieceLength)));
    }
  }

  heldDays(series: readonly (TickSeries | BarSeries)[], { from, to }: TimeRange) {
    return Promise.resolve(series.map((one) => {
      const times = this.#ticks.get(keyOf(one))?.ticks.time ??
        this.#bars.get(keyOf(one))?.bars.openTime ?? new Float64Array(0);
      const days: TimeRange[] = [];
      addDays(days, times.filter((time) => time >= from && time < to));
      return days;
    }));
  }

  newestTick(series: readonly TickSeries[], from: number): Promise<number | null> {
    const times = series.flatMap((one) => this.#ticks.get(keyOf(one))?.ticks.time.at(-1) ?? []);
    const newest = Math.max(...times);
    return Promise.resolve(newest >= from ? newest : null);
  }

  listSeries(symbol: string): Promise<readonly SeriesSummary[]> {
    const about = (kind: "ticks" | "bars", series: TickSeries | BarSeries, time: Float64Array) => ({
      kind,
      series,
      from: time[0]!,
      to: time.at(-1)!,
      count: time.length,
      bytes: 8 * time.length,
    });
    return Promise.resolve([
      ...[...this.#ticks.values()].map(({ series, ticks }) => about("ticks", series, ticks.time)),
      ...[...this.#bars.values()].map(({ series, bars }) => about("bars", series, bars.openTime)),
    ].filter(({ series, count }) => series.symbol === symbol && count > 0));
  }
}

/** As in a block: where none was given there is no column. */
const givenOf = (volume: Float64Array | null): Float64Array | null =>
  volume === null || volume.every(Number.isNaN) ? null : volume;

const keyOf = (series: TickSeries | BarSeries): string =>
  JSON.stringify([
    series.symbol,
    series.source,
    ...("side" in series ? [series.side, series.intervalMs] : []),
  ]);

function indexes(times: Float64Array, { from, to }: TimeRange): [number, number] {
  const before = (limit: number) => times.findIndex((time) => time >= limit);
  const [first, end] = [before(from), before(to)];
  return [first < 0 ? times.length : first, end < 0 ? times.length : end];
}

function sliceColumns(bars: BarColumns, from: number, to: number): BarColumns {
  const length = to - from;
  const slice = <T extends Int32Array | Float64Array>(column: T) => column.slice(from, to) as T;
  return {
    length,
    openTime: slice(bars.openTime),
    open: slice(bars.open),
    high: slice(bars.high),
    low: slice(bars.low),
    close: slice(bars.close),
    ticks: slice(bars.ticks),
    volume: bars.volume === null ? null : givenOf(slice(bars.volume)),
  };
}
