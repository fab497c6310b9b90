/** Bars from rows of text: of one side, or of both beside each other as Lean writes them. */

import type { BarSide } from "../../domain/bar.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { BarBuffer, isTickCount, startFault } from "./bar_buffer.ts";
import { type Cells, notPoints, type PriceGrid } from "./cells.ts";
import { RowPlaces } from "./row_block.ts";
import type { BarChunk } from "./source_file.ts";
import type { RowReader, RowsTaken } from "./text_rows.ts";
import { priceFault, readPrice, readVolume, volumeFault } from "./tick_rows.ts";
import type { TimeCells } from "./time_cells.ts";

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
    const fault = time.read(cells) ?? startFault(time.ms, intervalMs);
    if (fault !== null) return fault;
    let has = 0;
    for (const side of this.#sides) {
      if (this.#layout.sidesMayMiss === true && side.isMissing(cells)) continue;
      const fault = side.check(cells);
      if (fault !== null) return fault;
      has++;
    }
    if (has === 0) return "it has no prices";
    for (const side of this.#sides) side.keep(cells, row, time);
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
  readonly #bars: BarBuffer;
  readonly #grid: PriceGrid;
  #isKept = false;

  constructor(layout: BarLayout, cells: SideCells) {
    this.#layout = layout;
    this.#cells = cells;
    this.#prices = [cells.open, cells.high, cells.low, cells.close];
    this.#bars = new BarBuffer();
    this.#grid = {
      decimals: layout.instrument.pricePrecision,
      up: cells.side === "ask",
      leftOut: layout.priceDecimals ?? null,
      finer: false,
    };
  }

  isMissing(cells: Cells): boolean {
    this.#isKept = false;
    return this.#prices.every((cell) => cells.isEmpty(cell));
  }

  /** Reads the row's bar, and keeps it apart until the whole row is known to be good. */
  check(cells: Cells): string | null {
    const { side, volume, ticks } = this.#cells;
    const { row } = this.#bars;
    const grid = this.#grid;
    grid.finer = false;
    for (let price = 0; price < 4; price++) {
      const cell = this.#prices[price]!;
      const points = readPrice(cells, cell, grid);
      if (points === notPoints) return priceFault(`${side} ${priceNames[price]}`, cells.text(cell));
      row[price] = points;
    }
    const given = readVolume(cells, volume);
    if (given === null) return volumeFault(cells.text(volume!));
    row[4] = given;
    row[5] = readVolume(cells, ticks) ?? notCount;
    if (Number.isNaN(row[5])) row[5] = -1;
    if (!isTickCount(row[5]!)) return volumeFault(cells.text(ticks!));
    this.#isKept = true;
    return null;
  }

  keep(cells: Cells, row: number, time: TimeCells): void {
    if (!this.#isKept) return;
    this.#bars.keep(time.ms);
    this.#places.push(row, cells, time.isCut || this.#grid.finer);
  }

  take(taken: RowsTaken): BarChunk {
    const { instrument, intervalMs } = this.#layout;
    const places = this.#places.take(taken);
    return {
      symbol: instrument.symbol,
      side: this.#cells.side,
      intervalMs,
      bars: this.#bars.take(),
      bytesRead: taken.bytesRead,
      ...places,
    };
  }
}

/** No count of ticks that {@link isTickCount} takes. */
const notCount = -2;

const priceNames = ["open", "high", "low", "close"] as const;
