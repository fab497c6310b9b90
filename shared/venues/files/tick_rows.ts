/** Ticks from rows of text. */

import type { Instrument } from "../../domain/instrument.ts";
import { type Cells, notPoints, type PriceGrid, readDecimal, readPoints } from "./cells.ts";
import { floats, integers, RowPlaces, takeGiven } from "./row_block.ts";
import { SourceFileError, type TickChunk } from "./source_file.ts";
import { readInstrument, type SymbolNames } from "./symbol_names.ts";
import type { RowReader, RowsTaken } from "./text_rows.ts";
import type { TimeCells } from "./time_cells.ts";

const encoder = new TextEncoder();

export interface TickLayout {
  readonly path: string;
  readonly time: TimeCells;
  readonly bid: number;
  readonly ask: number;
  readonly bidVolume: number | null;
  readonly askVolume: number | null;
  /** An empty bid or ask is the one of the row above: MetaTrader writes what changed. */
  readonly carries?: boolean;
  /** Decimals left out of whole-number prices; `null` where prices are written as they are. */
  readonly priceDecimals?: number | null;
  /** The cell that names the symbol, or `null` where all rows are of `instrument`. */
  readonly symbol: number | null;
  /** What the file's name or the caller says it holds; a row of another pair ends the reading. */
  readonly instrument: Instrument | null;
  /** What the source calls instruments in that cell. */
  readonly symbols?: SymbolNames | undefined;
}

export class TickRows implements RowReader<TickChunk> {
  readonly #layout: TickLayout;
  readonly #bySymbol = new Map<string, SymbolTicks>();
  #current: SymbolTicks | null = null;
  /** The symbol as the row before wrote it, so that most rows cost no text. */
  #symbolBytes = new Uint8Array();

  constructor(layout: TickLayout) {
    this.#layout = layout;
    if (layout.symbol === null) this.#current = this.#ticksOf(layout.instrument!);
  }

  read(cells: Cells, row: number): string | null {
    const { time, symbol } = this.#layout;
    if (symbol !== null && !cells.equals(symbol, this.#symbolBytes)) {
      const fault = this.#findSymbol(cells.text(symbol), row);
      if (fault !== null) return fault;
    }
    const fault = time.read(cells);
    if (fault !== null) return fault;
    return this.#current!.read(cells, { row, time, layout: this.#layout });
  }

  take(taken: RowsTaken): TickChunk[] {
    const { faults, notes } = taken;
    const chunks: TickChunk[] = [];
    for (const ticks of this.#bySymbol.values()) {
      if (ticks.count > 0) chunks.push(ticks.take({ ...taken, faults: [], notes: [] }));
    }
    const [first, ...others] = chunks;
    if (first !== undefined) {
      return [{ ...first, faults, ...(notes.length > 0 ? { notes } : {}) }, ...others];
    }
    if (faults.length === 0) return [];
    const { row, reason } = faults[0]!;
    if (this.#current === null) throw new SourceFileError(this.#layout.path, reason, { row });
    return [this.#current.take(taken)];
  }

  #findSymbol(text: string, row: number): string | null {
    const instrument = readInstrument(text, this.#layout.symbols);
    if (instrument === undefined) return `symbol "${text}" is not listed`;
    const wanted = this.#layout.instrument;
    if (wanted !== null && wanted !== instrument) {
      const fault = `it holds ${instrument.symbol}, and should hold ${wanted.symbol}`;
      throw new SourceFileError(this.#layout.path, fault, { row });
    }
    this.#symbolBytes = encoder.encode(text);
    this.#current = this.#ticksOf(instrument);
    return null;
  }

  #ticksOf(instrument: Instrument): SymbolTicks {
    let ticks = this.#bySymbol.get(instrument.symbol);
    if (ticks === undefined) {
      ticks = new SymbolTicks(instrument, this.#layout);
      this.#bySymbol.set(instrument.symbol, ticks);
    }
    return ticks;
  }
}

class SymbolTicks {
  readonly #instrument: Instrument;
  readonly #places = new RowPlaces();
  readonly #time = floats();
  readonly #bid = integers();
  readonly #ask = integers();
  readonly #bidVolume;
  readonly #askVolume;
  readonly #bidGrid: PriceGrid;
  readonly #askGrid: PriceGrid;
  readonly #carries: boolean;
  #lastBid = notPoints;
  #lastAsk = notPoints;

  constructor(instrument: Instrument, layout: TickLayout) {
    this.#instrument = instrument;
    this.#carries = layout.carries === true;
    const decimals = instrument.pricePrecision;
    const leftOut = layout.priceDecimals ?? null;
    this.#bidGrid = { decimals, up: false, leftOut, finer: false };
    this.#askGrid = { decimals, up: true, leftOut, finer: false };
    this.#bidVolume = layout.bidVolume === null ? null : floats();
    this.#askVolume = layout.askVolume === null ? null : floats();
  }

  get count(): number {
    return this.#places.count;
  }

  read(cells: Cells, of: { row: number; time: TimeCells; layout: TickLayout }): string | null {
    const { layout, time } = of;
    this.#bidGrid.finer = false;
    this.#askGrid.finer = false;
    const bid = this.#price(cells, layout.bid, false);
    if (bid === notPoints) return priceFault("bid", cells.text(layout.bid));
    const ask = this.#price(cells, layout.ask, true);
    if (ask === notPoints) return priceFault("ask", cells.text(layout.ask));
    const bidVolume = readVolume(cells, layout.bidVolume);
    if (bidVolume === null) return volumeFault(cells.text(layout.bidVolume!));
    const askVolume = readVolume(cells, layout.askVolume);
    if (askVolume === null) return volumeFault(cells.text(layout.askVolume!));
    this.#lastBid = bid;
    this.#lastAsk = ask;
    this.#time.push(time.ms);
    this.#bid.push(bid);
    this.#ask.push(ask);
    this.#bidVolume?.push(bidVolume);
    this.#askVolume?.push(askVolume);
    this.#places.push(of.row, cells, time.isCut || this.#bidGrid.finer || this.#askGrid.finer);
    return null;
  }

  #price(cells: Cells, cell: number, isAsk: boolean): number {
    if (this.#carries && cells.isEmpty(cell)) return isAsk ? this.#lastAsk : this.#lastBid;
    return readPrice(cells, cell, isAsk ? this.#askGrid : this.#bidGrid);
  }

  take(taken: RowsTaken): TickChunk {
    const ticks = {
      length: this.count,
      time: this.#time.take(),
      bid: this.#bid.take(),
      ask: this.#ask.take(),
      bidVolume: takeGiven(this.#bidVolume),
      askVolume: takeGiven(this.#askVolume),
    };
    const { bytesRead } = taken;
    return { symbol: this.#instrument.symbol, ticks, bytesRead, ...this.#places.take(taken) };
  }
}

export const readPrice = (cells: Cells, cell: number, grid: PriceGrid): number =>
  cell < cells.count
    ? readPoints(cells.bytes, [cells.starts[cell]!, cells.ends[cell]!], grid)
    : notPoints;

/** `NaN` where there is no such column or the row leaves it empty, `null` where the cell is no number. */
export function readVolume(cells: Cells, cell: number | null): number | null {
  if (cell === null) return Number.NaN;
  // A row that ends before its volume is cut off; one that leaves it empty does not know it.
  if (cell >= cells.count) return null;
  const start = cells.starts[cell]!;
  const end = cells.ends[cell]!;
  if (start === end) return Number.NaN;
  const read = readDecimal(cells.bytes, start, end);
  return Number.isFinite(read) ? read : null;
}

/** Why a cell is no price, for a person. */
export function priceFault(what: string, text: string): string {
  if (text === "") return `${what} is missing`;
  if (/^-|^0+(\.0+)?$/.test(text)) return `${what} "${text}" is not positive`;
  if (/^\d+(\.\d+)?$/.test(text)) return `${what} "${text}" is out of range`;
  return `${what} "${text}" is not a price`;
}

export const volumeFault = (text: string): string => `volume "${text}" is not a number`;
