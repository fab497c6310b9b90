/**
 * Cuts what files give into pieces that are checked and stored whole: a UTC day of ticks or of short
 * bars, a year of bars of an hour and longer. A piece ends with the first row of a later one; rows
 * of an earlier one are kept with the piece in hand, for the checks to find.
 */

import { dayMs, hourMs } from "../../../shared/domain/bars/granularity.ts";
import type { TimeRange } from "../../../shared/timeseries/columns.ts";
import {
  type BarChunk,
  SourceFileError,
  type TickChunk,
} from "../../../shared/venues/files/source_file.ts";
import { ReadingTrace } from "./reading_trace.ts";
import { SidePairs } from "./side_pairs.ts";
import { rowsOfBars, rowsOfTicks } from "./rows.ts";
import { type LoadFile, Piece, pieceKey, type PieceSeries } from "./piece.ts";

/** Rows of one piece at most: a day with more is no day of one instrument. */
const pieceRowsMax = 10_000_000;

function periodOf({ intervalMs }: PieceSeries, at: number): TimeRange {
  if (intervalMs < hourMs) {
    const from = Math.floor(at / dayMs) * dayMs;
    return { from, to: from + dayMs };
  }
  const year = new Date(at).getUTCFullYear();
  return { from: Date.UTC(year, 0, 1), to: Date.UTC(year + 1, 0, 1) };
}

export class PieceBuilder {
  readonly #latest: number;
  readonly #nameOf: (path: string) => string;
  readonly #open = new Map<string, Piece>();
  readonly #trace = new ReadingTrace();
  readonly #sides = new SidePairs();

  /** Rows later than `latest` never begin a piece. */
  constructor(latest: number, nameOf: (path: string) => string) {
    this.#latest = latest;
    this.#nameOf = nameOf;
  }

  /** Takes a chunk; the pieces that are complete with it, and both sides of bars together. @throws SourceFileError beyond `pieceRowsMax` */
  add(of: LoadFile, chunk: TickChunk | BarChunk): Piece[] {
    const series = seriesOf(of, chunk);
    const rows = "ticks" in chunk ? rowsOfTicks(chunk.ticks) : rowsOfBars(chunk.bars);
    const key = pieceKey(series);
    const name = chunk.path === undefined ? of.name : this.#nameOf(chunk.path);
    const breaks = this.#trace.see(of, name, { key, chunk });
    const closed: Piece[] = [];
    let open = this.#open.get(key);
    let from = 0;
    const keep = (to: number) => {
      if (to === from || open === undefined) return;
      const own = breaks.filter((index) => index >= from && index < to);
      open.segments.push({ of, name, chunk, rows, from, to, breaks: own });
      open.rows += to - from;
      open.firstFile = Math.min(open.firstFile, of.position);
    };
    for (let i = 0; i < rows.length; i++) {
      const at = rows.time[i]!;
      if (open !== undefined && at < open.period.to) continue;
      const next = i + 1 < rows.length ? rows.time[i + 1]! : Infinity;
      if (open !== undefined && (next < open.period.to || at > this.#latest)) continue;
      keep(i);
      from = i;
      const period = periodOf(series, Math.min(at, next));
      const previousOf: LoadFile | null = open?.segments.at(-1)?.of ?? null;
      if (open !== undefined) {
        open.next = { of, at: Math.min(at, next) };
        open.endsBroken = breaks.includes(i);
        closed.push(open);
      }
      open = new Piece(series, period, previousOf);
      this.#open.set(key, open);
    }
    keep(rows.length);
    if (open !== undefined) {
      open.faults.push(...chunk.faults.map((fault) => ({ ...fault, name })));
      if (open.rows > pieceRowsMax) {
        throw new SourceFileError(name, `it has more than ${pieceRowsMax} rows of ${open.day}`);
      }
    }
    const openOf = (other: PieceSeries) => this.#open.get(pieceKey(other));
    return closed.flatMap((piece) => this.#sides.add(piece, openOf));
  }

  /** Whether a chunk's faults would have no piece to stay with. */
  isLoose(of: LoadFile, chunk: TickChunk | BarChunk): boolean {
    const rows = "ticks" in chunk ? chunk.ticks.length : chunk.bars.length;
    return rows === 0 && !this.#open.has(pieceKey(seriesOf(of, chunk)));
  }

  /** A file could not be read to its end. */
  breakOff(): void {
    this.#trace.breakOff();
  }

  /** The last row read of each file, by its name. */
  get readTo(): ReadonlyMap<string, number> {
    return this.#trace.readTo;
  }

  /** Position of the first file with rows of a piece that is not complete; `Infinity` without. */
  get firstFile(): number {
    let first = this.#sides.firstFile;
    for (const piece of this.#open.values()) first = Math.min(first, piece.firstFile);
    return first;
  }

  /** The pieces in hand, by time; nothing more will come. */
  end(): Piece[] {
    this.#trace.endFile();
    for (const [key, piece] of this.#open) piece.endsBroken = this.#trace.isBroken(key);
    const open = [...this.#open.values()];
    this.#open.clear();
    const rest = open.flatMap((piece) => this.#sides.add(piece, () => undefined));
    return [...rest, ...this.#sides.end()].sort((a, b) => a.period.from - b.period.from);
  }
}

const seriesOf = ({ source }: LoadFile, chunk: TickChunk | BarChunk): PieceSeries => {
  const { symbol } = chunk;
  return "ticks" in chunk
    ? { source, kind: "ticks", symbol, side: null, intervalMs: 0 }
    : { source, kind: "bars", symbol, side: chunk.side, intervalMs: chunk.intervalMs };
};
