/** Ticks and bars from columns of values, as Parquet and Arrow have them. */

import type { BarSide } from "../../domain/bar.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { BarBuffer, isTickCount, startFault } from "./bar_buffer.ts";
import { notPoints, type PriceGrid } from "./cells.ts";
import type { WallClock } from "./clock.ts";
import { ColumnTime, pointsOf, ticksOf, volumeOf } from "./column_values.ts";
import { floats, integers, takeGiven } from "./row_block.ts";
import {
  type BarChunk,
  type RowFault,
  type RowNote,
  SourceFileError,
  type TickChunk,
} from "./source_file.ts";
import type { CellsByRole } from "./text_formats.ts";
import { readInstrument, type SymbolNames } from "./symbol_names.ts";
import { volumeFault } from "./tick_rows.ts";

/** Columns of a piece of a file by cell; those that are not looked at are absent. */
export type ColumnValues = readonly (ArrayLike<unknown> | undefined)[];

interface Shared {
  readonly path: string;
  readonly cells: CellsByRole;
  readonly clock: WallClock;
  readonly priceDecimals: number | null;
  /** What the source calls instruments. */
  readonly symbols: SymbolNames | undefined;
  /** How many of the unit of a time of day make a millisecond; `null` where it is text. */
  readonly timeOfDayPerMs: number | null;
}

/** Rows of a piece to read, and the number of the first. */
interface RowSpan {
  readonly from: number;
  readonly to: number;
  readonly firstRow: number;
}

const priceRoles = ["open", "high", "low", "close"] as const;

/** What both kinds of rows share: time, faults, notes, and the row as text. */
class Rows {
  readonly #time: ColumnTime;
  readonly #cells: CellsByRole;
  readonly #clock: WallClock;
  faults: RowFault[] = [];
  notes: RowNote[] = [];

  constructor({ cells, clock, timeOfDayPerMs }: Shared) {
    this.#time = new ColumnTime(clock, timeOfDayPerMs);
    this.#cells = cells;
    this.#clock = clock;
  }

  /** Of the row read last, epoch milliseconds, UTC. */
  get ms(): number {
    return this.#time.ms;
  }

  /** Whether that was cut off a finer time. */
  get isCut(): boolean {
    return this.#time.isCut;
  }

  /** Reads a row's time, or says what is wrong with it. */
  readTime(values: ColumnValues, at: number): string | null {
    const { time, timeOfDay } = this.#cells;
    const value = values[time!]![at];
    return timeOfDay === undefined
      ? this.#time.read(value)
      : this.#time.readPair(value, values[timeOfDay]![at]);
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

  places(
    values: ColumnValues,
    span: RowSpan,
    { rows, finer }: { rows: Int32Array; finer: readonly number[] },
  ) {
    const { faults, notes } = this;
    return {
      firstRow: rows[0] ?? span.firstRow,
      rows,
      original: (index: number) => textOf(values, span.from + rows[index]! - span.firstRow),
      faults,
      ...(finer.length > 0 ? { finer } : {}),
      ...(notes.length > 0 ? { notes } : {}),
    };
  }
}

/** A row as JSON, the columns that are looked at. */
const textOf = (values: ColumnValues, at: number): string =>
  JSON.stringify(
    values.filter((column) => column !== undefined).map((column) => String(column[at])),
  );

export class ColumnTicks {
  readonly #of: Shared & { readonly instrument: Instrument | null };
  readonly #rows: Rows;

  constructor(of: Shared & { readonly instrument: Instrument | null }) {
    this.#of = of;
    this.#rows = new Rows(of);
  }

  take(values: ColumnValues, span: RowSpan, bytesRead: number): TickChunk[] {
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
        fault = this.#rows.readTime(values, at) ??
          last.read(values, at, { row, time: this.#rows.ms, isCut: this.#rows.isCut });
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
      const places = this.#rows.places(values, span, taken);
      const own = index === 0 ? places : { ...places, faults: [], notes: [] };
      return { symbol: ticks.instrument.symbol, ticks: taken.ticks, bytesRead, ...own };
    });
  }

  #instrumentOf(value: unknown, row: number): Instrument | string {
    const wanted = this.#of.instrument;
    if (this.#of.cells.symbol === undefined) return wanted!;
    const instrument = readInstrument(String(value), this.#of.symbols);
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
  readonly #bidGrid: PriceGrid;
  readonly #askGrid: PriceGrid;
  readonly #finer: number[] = [];

  constructor(instrument: Instrument, of: Shared) {
    this.instrument = instrument;
    this.#of = of;
    const decimals = instrument.pricePrecision;
    const leftOut = of.priceDecimals;
    this.#bidGrid = { decimals, up: false, leftOut, finer: false };
    this.#askGrid = { decimals, up: true, leftOut, finer: false };
  }

  read(
    values: ColumnValues,
    at: number,
    of: { row: number; time: number; isCut: boolean },
  ): string | null {
    const { cells } = this.#of;
    this.#bidGrid.finer = of.isCut;
    this.#askGrid.finer = of.isCut;
    const bid = pointsOf(values[cells.bid!]![at], this.#bidGrid);
    if (bid === notPoints) return `bid "${values[cells.bid!]![at]}" is not a price`;
    const ask = pointsOf(values[cells.ask!]![at], this.#askGrid);
    if (ask === notPoints) return `ask "${values[cells.ask!]![at]}" is not a price`;
    const bidVolume = volumeOf(values[cells.bidVolume ?? -1]?.[at]);
    const askVolume = volumeOf(values[cells.askVolume ?? -1]?.[at]);
    if (bidVolume === null) return volumeFault(String(values[cells.bidVolume!]![at]));
    if (askVolume === null) return volumeFault(String(values[cells.askVolume!]![at]));
    if (this.#bidGrid.finer || this.#askGrid.finer) this.#finer.push(this.#rows.length);
    this.#time.push(of.time);
    this.#bid.push(bid);
    this.#ask.push(ask);
    this.#bidVolume.push(bidVolume);
    this.#askVolume.push(askVolume);
    this.#rows.push(of.row);
    return null;
  }

  take() {
    const ticks = {
      length: this.#rows.length,
      time: this.#time.take(),
      bid: this.#bid.take(),
      ask: this.#ask.take(),
      bidVolume: takeGiven(this.#bidVolume),
      askVolume: takeGiven(this.#askVolume),
    };
    return { ticks, rows: this.#rows.take(), finer: this.#finer };
  }
}

interface BarsOf extends Shared {
  readonly instrument: Instrument;
  readonly intervalMs: number;
  readonly sides: readonly { readonly side: BarSide; readonly cells: CellsByRole }[];
}

export class ColumnBars {
  readonly #of: BarsOf;
  readonly #rows: Rows;

  constructor(of: BarsOf) {
    this.#of = of;
    this.#rows = new Rows(of);
  }

  take(values: ColumnValues, span: RowSpan, bytesRead: number): BarChunk[] {
    this.#rows.start();
    const { sides, instrument, intervalMs } = this.#of;
    const columns = sides.map((side) => new BarColumnsOf(this.#of, side));
    for (let at = span.from; at < span.to; at++) {
      const row = span.firstRow + at - span.from;
      let fault = this.#rows.readTime(values, at) ?? startFault(this.#rows.ms, intervalMs);
      for (const side of columns) fault ??= side.check(values, at);
      if (fault !== null) {
        this.#rows.faults.push({ row, original: textOf(values, at), reason: fault });
      } else for (const side of columns) side.keep(row, this.#rows);
      this.#rows.noteClock(row);
    }
    return columns.map((side, index) => {
      const taken = side.take();
      const places = this.#rows.places(values, span, taken);
      const own = index === 0 ? places : { ...places, faults: [], notes: [] };
      const { symbol } = instrument;
      return { symbol, side: side.side, intervalMs, bars: taken.bars, bytesRead, ...own };
    });
  }
}

class BarColumnsOf {
  readonly side: BarSide;
  readonly #cells: CellsByRole;
  readonly #bars: BarBuffer;
  readonly #rows = integers();
  readonly #grid: PriceGrid;
  readonly #finer: number[] = [];

  constructor(of: BarsOf, { side, cells }: BarsOf["sides"][number]) {
    this.side = side;
    this.#cells = cells;
    this.#grid = {
      decimals: of.instrument.pricePrecision,
      up: side === "ask",
      leftOut: of.priceDecimals,
      finer: false,
    };
    this.#bars = new BarBuffer();
  }

  check(values: ColumnValues, at: number): string | null {
    const cells = this.#cells;
    const { row } = this.#bars;
    const grid = this.#grid;
    grid.finer = false;
    for (const [index, role] of priceRoles.entries()) {
      const value = values[cells[role]!]![at];
      const points = pointsOf(value, grid);
      if (points === notPoints) return `${this.side} ${role} "${value}" is not a price`;
      row[index] = points;
    }
    const volume = values[cells.volume ?? -1]?.[at];
    const ticks = values[cells.ticks ?? -1]?.[at];
    const given = volumeOf(volume);
    if (given === null) return volumeFault(String(volume));
    row[4] = given;
    row[5] = ticksOf(ticks);
    return isTickCount(row[5]!) ? null : volumeFault(String(ticks));
  }

  keep(row: number, { ms, isCut }: Rows): void {
    if (isCut || this.#grid.finer) this.#finer.push(this.#rows.length);
    this.#bars.keep(ms);
    this.#rows.push(row);
  }

  take() {
    return { bars: this.#bars.take(), rows: this.#rows.take(), finer: this.#finer };
  }
}
