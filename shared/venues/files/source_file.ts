/** What every file of history gives, whatever its format: chunks of rows, and the rows it cannot read. */

import type { Symbol } from "../../domain/instrument.ts";
import type { BarSide } from "../../domain/bar.ts";
import type { EpochMs } from "../../domain/time.ts";
import type { BarColumns, TickColumns, TimeRange } from "../../timeseries/columns.ts";
import type { ClockChoice } from "./detect_clock.ts";

export const sourceFormats = [
  "dukascopy-ticks",
  "dukascopy-bars",
  "lean-ticks",
  "lean-bars",
  "truefx",
  "histdata-ticks",
  "histdata-bars",
  "mt4-bars",
  "mt5-ticks",
  "mt5-bars",
  "fxcm-bars",
  "csv-ticks",
  "csv-bars",
  "parquet-ticks",
  "parquet-bars",
  "arrow-ticks",
  "arrow-bars",
] as const;
export type SourceFormat = (typeof sourceFormats)[number];

interface SourceFileBase {
  readonly path: string;
  readonly format: SourceFormat;
  /** Bytes on disk, for progress. */
  readonly bytes: number;
  /** No row in it is earlier. */
  readonly from: EpochMs;
  /** The time whose rows are all in it, by its name; absent where only its rows tell. */
  readonly covers?: TimeRange;
  /** The clock its times were taken to UTC by, and why that one; absent where rows name a zone. */
  readonly clock?: ClockChoice;
  /** The same file by another of the clocks that it fits alike; absent where one alone fits. */
  readonly byClock?: (clock: ClockChoice) => SourceFile;
}

export interface TickSourceFile extends SourceFileBase {
  readonly kind: "ticks";
  /** The last rows alone, numbered from 1, where they can be had without reading the rest. */
  readonly tail?: () => AsyncIterable<TickChunk>;
  /** By time unless the file is not: order is a check's business. @throws SourceFileError */
  read(signal?: AbortSignal): AsyncIterable<TickChunk>;
}

export interface BarSourceFile extends SourceFileBase {
  readonly kind: "bars";
  /** Whose bars it holds. */
  readonly sides: readonly BarSide[];
  /** As of ticks. */
  readonly tail?: () => AsyncIterable<BarChunk>;
  /** @throws SourceFileError */
  read(signal?: AbortSignal): AsyncIterable<BarChunk>;
}

export type SourceFile = TickSourceFile | BarSourceFile;

interface ChunkBase {
  readonly symbol: Symbol;
  /** Number of the file's first row in the chunk, from 1, header lines included in text files. */
  readonly firstRow: number;
  /** Row number of each index: `firstRow + index` where it is `null`. */
  readonly rows: Int32Array | null;
  /** The row as the file has it: text, or hexadecimal of a binary record. */
  original(index: number): string;
  /** Rows that are none: kept apart, never dropped. */
  readonly faults: readonly RowFault[];
  /**
   * Indices of the rows that the file has finer than they are kept: a price with more decimals than
   * the instrument, rounded outwards, or a time finer than a millisecond, cut.
   */
  readonly finer?: readonly number[];
  /** What was decided about rows that are kept: which pass of a doubled hour they belong to. */
  readonly notes?: readonly RowNote[];
  /** The file these rows stand in, where several are read as one. */
  readonly path?: string;
  /** Of the file, at the chunk's end; chunks of several symbols that were read together share it. */
  readonly bytesRead: number;
}

export interface TickChunk extends ChunkBase {
  readonly ticks: TickColumns;
}

export interface BarChunk extends ChunkBase {
  readonly side: BarSide;
  readonly intervalMs: number;
  readonly bars: BarColumns;
}

export interface RowFault {
  readonly row: number;
  readonly original: string;
  /** What is wrong, for a person: `bid "1.x" is not a price`. */
  readonly reason: string;
}

/** Something worth telling that is no fault. */
export interface RowNote {
  readonly row: number;
  readonly text: string;
}

/** A file that cannot be read at all; the message names the file, and the row where there is one. */
export class SourceFileError extends Error {
  override readonly name = "SourceFileError";
  readonly path: string;
  readonly row: number | null;

  constructor(path: string, fault: string, options: ErrorOptions & { row?: number } = {}) {
    const at = options.row === undefined ? path : `${path}, row ${options.row}`;
    super(`Cannot read ${at}: ${fault}`, options);
    this.path = path;
    this.row = options.row ?? null;
  }
}

/** A binary record as it is kept for a person: two hexadecimal digits a byte. */
export const hexOf = (bytes: Uint8Array, start: number, length: number): string =>
  bytes.subarray(start, start + length).toHex();
