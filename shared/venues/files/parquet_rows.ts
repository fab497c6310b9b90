/** Ticks and bars from columns of Parquet values. */

import type { BarSide } from "../../domain/bar.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { notPoints } from "./cells.ts";
import type { WallClock } from "./clock.ts";
import { ParquetTime, pointsOf, volumeOf } from "./parquet_values.ts";
import { floats, integers } from "./row_block.ts";
import {
  type BarChunk,
  type RowFault,
  type RowNote,
  SourceFileError,
  type TickChunk,
} from "./source_file.ts";
import type { CellsByRole } from "./text_formats.ts";
import { readInstrument } from "./tick_rows.ts";

/** A row group's columns by cell; those that are not looked at are absent. */
export type ParquetValues = readonly (ArrayLike<unknown> | undefined)[];

interface Shared {
  readonly path: string;
  readonly cells: CellsByRole;
  readonly clock: WallClock;
  readonly priceDecimals: number | null;
}

/** Rows of a row group to read, and the number of the first. */
interface RowSpan {
  readonly from: number;
  readonly to: number;
  readonly firstRow: number;
}

const priceRoles = ["open", "high", "low", "close"] as const;

/** What both kinds of rows share: time, faults, notes, and the row as text. */
class Rows {
  readonly time: ParquetTime;
  readonly #clock: WallClock;
  faults: RowFault[] = [];
  notes: RowNote[] = [];

  constructor(clock: WallClock) {
    this.time = new ParquetTime(clock);
    this.#clock = clock;
  }

  start(): void {
    this.faults = [];
    this.notes = [];
  }

  noteClock(row: number): void {
    if (this.#clock.note === null) return;
    this.notes.push({ row, text: this.#clock.note });
    this.#clock.note = null;
  }

  places(values: ParquetValues, span: RowSpan, rows: Int32Array) {
    const { faults, notes } = this;
    return {
      firstRow: rows[0] ?? span.firstRow,
      rows,
      original: (index: number) => textOf(values, span.from + rows[index]! - span.firstRow),
      faults,
      ...(notes.length > 0 ? { notes } : {}),
    };
  }
}

/** A row as JSON, the columns that are looked at. */
const textOf = (values: ParquetValues, at: number): string =>
  JSON.stringify(
    values.filter((column) => column !== undefined).map((column) => String(column[at])),
  );

export class ParquetTicks {
  readonly #of: Shared & { readonly instrument: Instrument | null };
  readonly #rows: Rows;

  constructor(of: Shared & { readonly instrument: Instrument | null }) {
    this.#of = of;
    this.#rows = new Rows(of.clock);
  }

  take(values: ParquetValues, span: RowSpan, bytesRead: number): TickChunk[] {
    const { cells } = this.#of;
    const bySymbol = new Map<Instrument, TickColumnsOf>();
    this.#rows.start();
    let last: TickColumnsOf | null = null;
    for (let at = span.from; at < span.to; at++) {
      const row = span.firstRow + at - span.from;
      const instrument = this.#instrumentOf(values[cells.symbol ?? -1]?.[at], row);
      let fault: string | null;
      if (typeof instrument === "string") fault = instrument;
      else {
        last = bySymbol.get(instrument) ?? new TickColumnsOf(instrument, this.#of);
        bySymbol.set(instrument, last);
        fault = this.#rows.time.read(values[cells.time!]![at]) ??
          last.read(values, at, { row, time: this.#rows.time.ms });
      }
      if (fault !== null) {
        this.#rows.faults.push({ row, original: textOf(values, at), reason: fault });
      }
      this.#rows.noteClock(row);
    }
    const { faults } = this.#rows;
    if (last === null && faults.length > 0) {
      throw new SourceFileError(this.#of.path, faults[0]!.reason, { row: faults[0]!.row });
    }
    return [...bySymbol.values()].map((ticks, index) => {
      const taken = ticks.take();
      const places = this.#rows.places(values, span, taken.rows);
      const own = index === 0 ? places : { ...places, faults: [], notes: [] };
      return { symbol: ticks.instrument.symbol, ticks: taken.ticks, bytesRead, ...own };
    });
  }

  #instrumentOf(value: unknown, row: number): Instrument | string {
    const wanted = this.#of.instrument;
    if (this.#of.cells.symbol === undefined) return wanted!;
    const instrument = readInstrument(String(value));
    if (instrument === undefined) return `symbol "${value}" is not listed`;
    if (wanted !== null && wanted !== instrument) {
      const fault = `it holds ${instrument.symbol}, and should hold ${wanted.symbol}`;
      throw new SourceFileError(this.#of.path, fault, { row });
    }
    return instrument;
  }
}

class TickColumnsOf {
  readonly instrument: Instrument;
  readonly #of: Shared;
  readonly #time = floats();
  readonly #bid = integers();
  readonly #ask = integers();
  readonly #bidVolume = floats();
  readonly #askVolume = floats();
  readonly #rows = integers();

  constructor(instrument: Instrument, of: Shared) {
    this.instrument = instrument;
    this.#of = of;
  }

  read(values: ParquetValues, at: number, of: { row: number; time: number }): string | null {
    const { cells, priceDecimals: leftOut } = this.#of;
    const decimals = this.instrument.pricePrecision;
    const bid = pointsOf(values[cells.bid!]![at], { decimals, up: false, leftOut });
    if (bid === notPoints) return `bid "${values[cells.bid!]![at]}" is not a price`;
    const ask = pointsOf(values[cells.ask!]![at], { decimals, up: true, leftOut });
    if (ask === notPoints) return `ask "${values[cells.ask!]![at]}" is not a price`;
    this.#time.push(of.time);
    this.#bid.push(bid);
    this.#ask.push(ask);
    if (cells.bidVolume !== undefined) this.#bidVolume.push(volumeOf(values[cells.bidVolume]![at]));
    if (cells.askVolume !== undefined) this.#askVolume.push(volumeOf(values[cells.askVolume]![at]));
    this.#rows.push(of.row);
    return null;
  }

  take() {
    const { cells } = this.#of;
    const ticks = {
      length: this.#rows.length,
      time: this.#time.take(),
      bid: this.#bid.take(),
      ask: this.#ask.take(),
      bidVolume: cells.bidVolume === undefined ? null : this.#bidVolume.take(),
      askVolume: cells.askVolume === undefined ? null : this.#askVolume.take(),
    };
    return { ticks, rows: this.#rows.take() };
  }
}

interface BarsOf extends Shared {
  readonly instrument: Instrument;
  readonly intervalMs: number;
  readonly sides: readonly { readonly side: BarSide; readonly cells: CellsByRole }[];
}

export class ParquetBars {
  readonly #of: BarsOf;
  readonly #rows: Rows;

  constructor(of: BarsOf) {
    this.#of = of;
    this.#rows = new Rows(of.clock);
  }

  take(values: ParquetValues, span: RowSpan, bytesRead: number): BarChunk[] {
    this.#rows.start();
    const { cells, sides, instrument, intervalMs } = this.#of;
    const columns = sides.map((side) => new BarColumnsOf(this.#of, side));
    for (let at = span.from; at < span.to; at++) {
      const row = span.firstRow + at - span.from;
      let fault = this.#rows.time.read(values[cells.time!]![at]);
      for (const side of columns) fault ??= side.check(values, at);
      if (fault !== null) {
        this.#rows.faults.push({ row, original: textOf(values, at), reason: fault });
      } else for (const side of columns) side.keep(row, this.#rows.time.ms);
      this.#rows.noteClock(row);
    }
    return columns.map((side, index) => {
      const taken = side.take();
      const places = this.#rows.places(values, span, taken.rows);
      const own = index === 0 ? places : { ...places, faults: [], notes: [] };
      const { symbol } = instrument;
      return { symbol, side: side.side, intervalMs, bars: taken.bars, bytesRead, ...own };
    });
  }
}

class BarColumnsOf {
  readonly side: BarSide;
  readonly #of: BarsOf;
  readonly #cells: CellsByRole;
  readonly #openTime = floats();
  readonly #prices = [integers(), integers(), integers(), integers()] as const;
  readonly #ticks = integers();
  readonly #volume = floats();
  readonly #rows = integers();
  readonly #row = new Float64Array(6);

  constructor(of: BarsOf, { side, cells }: BarsOf["sides"][number]) {
    this.#of = of;
    this.side = side;
    this.#cells = cells;
  }

  check(values: ParquetValues, at: number): string | null {
    const cells = this.#cells;
    const { instrument, priceDecimals } = this.#of;
    const grid = {
      decimals: instrument.pricePrecision,
      up: this.side === "ask",
      leftOut: priceDecimals,
    };
    for (const [index, role] of priceRoles.entries()) {
      const value = values[cells[role]!]![at];
      const points = pointsOf(value, grid);
      if (points === notPoints) return `${this.side} ${role} "${value}" is not a price`;
      this.#row[index] = points;
    }
    this.#row[4] = cells.volume === undefined ? 0 : volumeOf(values[cells.volume]![at]);
    this.#row[5] = cells.ticks === undefined ? -1 : volumeOf(values[cells.ticks]![at]);
    return null;
  }

  keep(row: number, openTime: number): void {
    this.#openTime.push(openTime);
    for (let price = 0; price < 4; price++) this.#prices[price]!.push(this.#row[price]!);
    if (this.#cells.volume !== undefined) this.#volume.push(this.#row[4]!);
    this.#ticks.push(this.#row[5]!);
    this.#rows.push(row);
  }

  take() {
    const [open, high, low, close] = this.#prices;
    const bars = {
      length: this.#rows.length,
      openTime: this.#openTime.take(),
      open: open.take(),
      high: high.take(),
      low: low.take(),
      close: close.take(),
      ticks: this.#ticks.take(),
      volume: this.#cells.volume === undefined ? null : this.#volume.take(),
    };
    return { bars, rows: this.#rows.take() };
  }
}
