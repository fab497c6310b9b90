/** Rows of one series that are checked and stored whole, as files gave them. */

import type { Symbol } from "../../../shared/domain/instrument.ts";
import type { BarSide } from "../../../shared/domain/bar.ts";
import type { TimeRange } from "../../../shared/timeseries/columns.ts";
import type {
  BarChunk,
  RowFault,
  SourceFile,
  TickChunk,
} from "../../../shared/venues/files/source_file.ts";
import type { Rows } from "./rows.ts";

/** What rows are of. */
export interface PieceSeries {
  /** Their source, where it is not the load's own. */
  readonly source: string | null;
  readonly kind: "ticks" | "bars";
  readonly symbol: Symbol;
  readonly side: BarSide | null;
  /** 0 for ticks. */
  readonly intervalMs: number;
}

export const pieceKey = ({ source, kind, symbol, side, intervalMs }: PieceSeries): string => {
  const key = kind === "ticks" ? symbol : `${symbol} ${side} ${intervalMs}`;
  return source === null ? key : `${key} of ${source}`;
};

/** A file of the load: where it stands in it, and its name below the import folder. */
export interface LoadFile {
  readonly position: number;
  readonly name: string;
  readonly file: SourceFile;
  /** What its rows are kept under, where it is not the load's own source. */
  readonly source: string | null;
}

export interface Segment {
  readonly of: LoadFile;
  /** The file the rows stand in, where the reader takes two for one. */
  readonly name: string;
  readonly chunk: TickChunk | BarChunk;
  readonly rows: Rows;
  readonly from: number;
  readonly to: number;
  /** Of these rows, those that something unread lies before. */
  readonly breaks: readonly number[];
}

export interface KeptFault extends RowFault {
  readonly name: string;
}

export class Piece {
  readonly series: PieceSeries;
  readonly period: TimeRange;
  readonly segments: Segment[] = [];
  readonly faults: KeptFault[] = [];
  rows = 0;
  /** Position of the first file with rows of it. */
  firstFile = Infinity;
  /** The file the series' rows before it stand in; `null` where none were read. */
  readonly previousOf: LoadFile | null;
  /** The row of the series that comes after it. */
  next: { readonly of: LoadFile; readonly at: number } | null = null;
  /** The other side of its bars, of the same period; `null` where it did not come with them. */
  otherSide: Piece | null = null;
  /** Something after its last row could not be read. */
  endsBroken = false;

  constructor(series: PieceSeries, period: TimeRange, previousOf: LoadFile | null) {
    this.series = series;
    this.period = period;
    this.previousOf = previousOf;
  }

  /** `2019-02-04`. */
  get day(): string {
    return new Date(this.period.from).toISOString().slice(0, 10);
  }
}
