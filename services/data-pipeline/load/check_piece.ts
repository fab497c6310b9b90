/** Decides about a piece: what of it is stored, what is kept apart and why, or that the load stops. */

import type { Instrument } from "../../../shared/domain/instrument.ts";
import type { TimeRange } from "../../../shared/timeseries/columns.ts";
import {
  type BarQuotes,
  type Before,
  checkBars,
  type CheckOptions,
  checkTicks,
} from "../checks/check_columns.ts";
import { bitsWith, gateBit, gates, type GateSettings, gatesOf } from "../checks/gates.ts";
import { historyTimes } from "../../../shared/timeseries/months.ts";
import { type DayQuality, dayQuality, gapsOf } from "../quality/day_quality.ts";
import { type HeldRow, rowKey } from "../quarantine/quarantine_store.ts";
import type { Piece, Segment } from "./piece.ts";
import { rangesRead } from "./ranges_read.ts";
import { joinRows, pickRows, rowAt, type Rows, toBars, toTicks } from "./rows.ts";

/** A gate said stop: where, and why. */
export class GateStopped extends Error {
  override readonly name = "GateStopped";
  readonly file: string;
  readonly row: number | null;

  constructor(file: string, row: number | null, why: string) {
    super(`${row === null ? file : `${file}, row ${row}`}: ${why}`);
    this.file = file;
    this.row = row;
  }
}

export interface PieceContext {
  readonly instrument: Instrument;
  readonly gates: GateSettings;
  readonly hours: CheckOptions["hours"];
  readonly now: number;
  readonly before: Before | null;
  readonly reference: number | null;
  /** Keys of rows that a person released. */
  readonly released: ReadonlySet<string>;
}

export interface Decided {
  /** To be stored, by time. */
  readonly rows: Rows;
  readonly held: readonly HeldRow[];
  readonly quality: Omit<DayQuality, "bytesStored">;
  readonly median: number;
  readonly before: Before | null;
  /** What of its time was read whole. */
  readonly ranges: readonly TimeRange[];
}

/** Rows of one piece that may be kept apart; more, and the file is not what it is taken for. */
const heldMax = 100_000;

/** @throws GateStopped */
export function checkPiece(piece: Piece, context: PieceContext): Decided {
  const { kind, intervalMs } = piece.series;
  const joined = joinRows(piece.segments);
  const options: CheckOptions = {
    ...context,
    period: piece.period,
    parts: partsOf(piece.segments),
    finer: finerOf(piece.segments),
  };
  const checked = kind === "ticks"
    ? checkTicks(toTicks(joined), options)
    : checkBars(toBars(joined), { ...options, rowMs: intervalMs, quotes: quotesOf(piece) });
  const { mask } = checked;
  stopAt(piece, mask, bitsWith(context.gates, "stop"));
  const { kept, held, flagged } = isClean(checked.counts, context.gates)
    ? { kept: joined, held: [], flagged: 0 }
    : sift(piece, joined, { mask, context });
  const faults = piece.faults.map((fault): HeldRow => ({
    ...seriesAndDay(piece),
    file: fault.name,
    row: fault.row,
    original: fault.original,
    reasons: ["unreadable"],
    detail: fault.reason,
    time: null,
    columns: null,
  }));
  const all = [...held, ...faults];
  if (all.length > heldMax) {
    const { file, row, detail } = all[0]!;
    const fault =
      `more than ${heldMax} rows of ${piece.day} would be kept apart, the first since ` +
      detail;
    throw new GateStopped(file, row, fault);
  }
  const quality = dayQuality({
    kind,
    instrument: context.instrument,
    period: piece.period,
    rows: kept,
    gaps: checked.counts.gap === undefined
      ? []
      : gapsOf(joined.time, mask, context.before?.time ?? null),
    rowsRead: joined.length + faults.length,
    rowsFlagged: flagged,
    median: checked.median,
    gates: checked.counts,
    held: all.map((row) => row.reasons),
  });
  const { hours } = context;
  const ranges = rangesRead(piece, { mask, hours, before: context.before?.time ?? null });
  const { median, before } = checked;
  return { rows: kept, held: all, quality, median, before, ranges };
}

/** The closing prices of both sides, by the time they stand at. */
function quotesOf({ series, otherSide }: Piece): BarQuotes | null {
  if (otherSide === null) return null;
  const other = toBars(joinRows(otherSide.segments));
  const closes = new Map<number, number>();
  for (let i = 0; i < other.length; i++) closes.set(other.openTime[i]!, other.close[i]!);
  return { side: series.side === "ask" ? "ask" : "bid", otherCloses: closes };
}

/** No row meets a gate, and those that keep the rows in order and within their day are on. */
const isClean = (counts: object, gates: GateSettings): boolean =>
  gates.clock.action !== "off" && gates.out_of_order.action !== "off" &&
  Object.keys(counts).length === 0;

function partsOf(segments: readonly Segment[]): number[] {
  const parts: number[] = [];
  let rows = 0;
  segments.forEach((segment, n) => {
    if (segments[n - 1]?.of !== segment.of) parts.push(rows);
    rows += segment.to - segment.from;
  });
  return parts;
}

/** Places, in the order of the segments, of the rows that were rounded as they were read. */
function finerOf(segments: readonly Segment[]): number[] {
  const places: number[] = [];
  let offset = 0;
  for (const { chunk, from, to } of segments) {
    for (const index of chunk.finer ?? []) {
      if (index >= from && index < to) places.push(offset + index - from);
    }
    offset += to - from;
  }
  return places;
}

const seriesAndDay = ({ series, day }: Piece) => ({
  day,
  symbol: series.symbol as string,
  kind: series.kind,
  side: series.side ?? "",
  intervalMs: series.intervalMs,
});

const rowNumber = ({ chunk }: Segment, index: number): number =>
  chunk.rows?.[index] ?? chunk.firstRow + index;

/** The first row that meets a gate which stops. @throws GateStopped */
function stopAt(piece: Piece, mask: Uint32Array, bits: number): void {
  if (bits === 0) return;
  let offset = 0;
  for (const segment of piece.segments) {
    for (let i = segment.from; i < segment.to; i++) {
      const met = mask[offset + i - segment.from]! & bits;
      if (met === 0) continue;
      throw new GateStopped(segment.name, rowNumber(segment, i), reasonText(gatesOf(met)));
    }
    offset += segment.to - segment.from;
  }
}

const reasonText = (names: readonly (keyof typeof gates)[]): string =>
  names.map((name) => `${name.replaceAll("_", " ")}: ${gates[name].meaning}`).join("; ");

interface Sifted {
  readonly kept: Rows;
  readonly held: readonly HeldRow[];
  /** Rows that are stored and meet a gate. */
  readonly flagged: number;
}

function sift(
  piece: Piece,
  joined: Rows,
  { mask, context }: { mask: Uint32Array; context: PieceContext },
): Sifted {
  const bits = bitsWith(context.gates, "quarantine");
  const places = new Int32Array(joined.length);
  const held: HeldRow[] = [];
  let kept = 0;
  let flagged = 0;
  let place = 0;
  let ordered = true;
  for (const segment of piece.segments) {
    for (let i = segment.from; i < segment.to; i++, place++) {
      const met = mask[place]!;
      const at = joined.time[place]!;
      // A row of another day cannot be stored with this one, whatever its gate says, nor one of a
      // time that history does not reach.
      const outside = at < piece.period.from || at >= piece.period.to || !isOfHistory(at);
      const reasons = (met & bits) | (outside ? met & gateBit.out_of_order || gateBit.clock : 0);
      if (reasons !== 0 && (outside || !isReleased(segment, i, context.released))) {
        if (held.length <= heldMax) {
          held.push(heldRow(piece, segment, { i, place, joined, reasons }));
        }
        continue;
      }
      if (met !== 0) flagged++;
      ordered &&= (met & gateBit.out_of_order) === 0;
      places[kept++] = place;
    }
  }
  const whole = kept === joined.length && ordered;
  return {
    kept: whole ? inOrder(joined) : pickRows(joined, places.subarray(0, kept)),
    held,
    flagged,
  };
}

/** A gate that is off marks nothing, so order is looked at once more; it is nearly always there. */
function inOrder(rows: Rows): Rows {
  for (let i = 1; i < rows.length; i++) {
    if (rows.time[i]! >= rows.time[i - 1]!) continue;
    return pickRows(rows, Int32Array.from({ length: rows.length }, (_, n) => n));
  }
  return rows;
}

function isReleased(
  { name, chunk }: Segment,
  index: number,
  released: ReadonlySet<string>,
): boolean {
  if (released.size === 0) return false;
  const side = "side" in chunk ? chunk.side : "";
  const row = chunk.rows?.[index] ?? chunk.firstRow + index;
  return released.has(rowKey({ file: name, row, side, original: chunk.original(index) }));
}

const isOfHistory = (at: number): boolean => at >= historyTimes.from && at < historyTimes.to;

function heldRow(
  piece: Piece,
  segment: Segment,
  of: { i: number; place: number; joined: Rows; reasons: number },
): HeldRow {
  const names = gatesOf(of.reasons);
  const time = of.joined.time[of.place]!;
  return {
    ...seriesAndDay(piece),
    file: segment.name,
    row: rowNumber(segment, of.i),
    original: segment.chunk.original(of.i),
    reasons: names,
    detail: reasonText(names),
    time,
    columns: isOfHistory(time) ? rowAt(of.joined, of.place) : null,
  };
}
