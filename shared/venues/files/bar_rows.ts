/** Bars from rows of text: of one side, or of both beside each other as Lean writes them. */

import type { BarSide } from "../../domain/bar.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { type Cells, notPoints, type PriceGrid } from "./cells.ts";
import { floats, integers, RowPlaces } from "./row_block.ts";
import type { BarChunk } from "./source_file.ts";
import type { RowReader, RowsTaken } from "./text_rows.ts";
import { priceFault, readPrice, readVolume, volumeFault } from "./tick_rows.ts";
import type { TimeCells } from "./time_cells.ts";

/** Longer bars may begin wherever their vendor's day or zone puts them. */
const alignedMsMax = 900_000;

/** Where a side's cells stand in a row. */
export interface SideCells {
  readonly side: BarSide;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number | null;
  /** Quotes in the bar, where the source counts them. */
  readonly ticks: number | null;
}

export interface BarLayout {
  readonly time: TimeCells;
  readonly sides: readonly SideCells[];
  readonly instrument: Instrument;
  readonly intervalMs: number;
  /** Decimals left out of whole-number prices; `null` where prices are written as they are. */
  readonly priceDecimals?: number | null;
  /** A row need not have every side: Lean leaves the cells of a side without quotes empty. */
  readonly sidesMayMiss?: boolean;
}

export class BarRows implements RowReader<BarChunk> {
  readonly #layout: BarLayout;
  readonly #sides: readonly SideBars[];

  constructor(layout: BarLayout) {
    this.#layout = layout;
    this.#sides = layout.sides.map((cells) => new SideBars(layout, cells));
  }

  read(cells: Cells, row: number): string | null {
    const { time, intervalMs } = this.#layout;
    const fault = time.read(cells);
    if (fault !== null) return fault;
    if (intervalMs <= alignedMsMax && time.ms % intervalMs !== 0) {
      return `its time is no start of a bar of ${intervalMs / 1_000} s`;
    }
    let has = 0;
    for (const side of this.#sides) {
      if (this.#layout.sidesMayMiss === true && side.isMissing(cells)) continue;
      const fault = side.check(cells);
      if (fault !== null) return fault;
      has++;
    }
    if (has === 0) return "it has no prices";
    for (const side of this.#sides) side.keep(cells, row, time.ms);
    return null;
  }

  take(taken: RowsTaken): BarChunk[] {
    const rest = { ...taken, faults: [], notes: [] };
    const [first, ...others] = this.#sides.map((side, index) =>
      side.take(index === 0 ? taken : rest)
    );
    return [first!, ...others].filter((one) => one.bars.length > 0 || one.faults.length > 0);
  }
}

class SideBars {
  readonly #layout: BarLayout;
  readonly #cells: SideCells;
  readonly #prices: readonly number[];
  readonly #places = new RowPlaces();
  readonly #openTime = floats();
  readonly #columns = [integers(), integers(), integers(), integers()] as const;
  readonly #ticks = integers();
  readonly #volume;
  readonly #row = new Float64Array(6);
  readonly #grid: PriceGrid;
  #isKept = false;

  constructor(layout: BarLayout, cells: SideCells) {
    this.#layout = layout;
    this.#cells = cells;
    this.#prices = [cells.open, cells.high, cells.low, cells.close];
    this.#volume = cells.volume === null ? null : floats();
    this.#grid = {
      decimals: layout.instrument.pricePrecision,
      up: cells.side === "ask",
      leftOut: layout.priceDecimals ?? null,
    };
  }

  isMissing(cells: Cells): boolean {
    this.#isKept = false;
    return this.#prices.every((cell) => cells.isEmpty(cell));
  }

  /** Reads the row's bar, and keeps it apart until the whole row is known to be good. */
  check(cells: Cells): string | null {
    const { side, volume, ticks } = this.#cells;
    const grid = this.#grid;
    for (let price = 0; price < 4; price++) {
      const cell = this.#prices[price]!;
      const points = readPrice(cells, cell, grid);
      if (points === notPoints) return priceFault(`${side} ${priceNames[price]}`, cells.text(cell));
      this.#row[price] = points;
    }
    this.#row[4] = volume === null ? 0 : readVolume(cells, volume);
    this.#row[5] = ticks === null ? -1 : readVolume(cells, ticks);
    if (Number.isNaN(this.#row[4]!)) return volumeFault(cells.text(volume!));
    if (!Number.isInteger(this.#row[5]!)) return volumeFault(cells.text(ticks!));
    this.#isKept = true;
    return null;
  }

  keep(cells: Cells, row: number, openTime: number): void {
    if (!this.#isKept) return;
    this.#openTime.push(openTime);
    for (let price = 0; price < 4; price++) this.#columns[price]!.push(this.#row[price]!);
    this.#volume?.push(this.#row[4]!);
    this.#ticks.push(this.#row[5]!);
    this.#places.push(row, cells);
  }

  take(taken: RowsTaken): BarChunk {
    const [open, high, low, close] = this.#columns;
    const bars = {
      length: this.#places.count,
      openTime: this.#openTime.take(),
      open: open.take(),
      high: high.take(),
      low: low.take(),
      close: close.take(),
      ticks: this.#ticks.take(),
      volume: this.#volume?.take() ?? null,
    };
    const { instrument, intervalMs } = this.#layout;
    const places = this.#places.take(taken);
    return {
      symbol: instrument.symbol,
      side: this.#cells.side,
      intervalMs,
      bars,
      bytesRead: taken.bytesRead,
      ...places,
    };
  }
}

const priceNames = ["open", "high", "low", "close"] as const;
