/**
 * What of its time a piece tells whole, and so replaces. A file tells what lies between its first and
 * its last row, or all the time its name stands for; from one file to the next where the market was
 * hardly open between them. Where something could not be read, what was there before stays.
 */

import { openMsBetween, type TradingHours } from "../../../shared/domain/fx_week.ts";
import type { TimeRange } from "../../../shared/timeseries/columns.ts";
import { gateBit } from "../checks/gates.ts";
import type { LoadFile, Piece, Segment } from "./piece.ts";
import type { Rows } from "./rows.ts";

/** Files go on into each other where the market was open for less than this between them. */
const seamMs = 300_000;

const disordered = gateBit.clock | gateBit.out_of_order;

export interface ReadContext {
  /** The gates each row meets, in the order of the segments. */
  readonly mask: Uint32Array;
  readonly hours: TradingHours;
  /** The latest time before the piece, or `null`. */
  readonly before: number | null;
}

/** By time and apart from each other, within the piece's period. */
export function rangesRead(piece: Piece, context: ReadContext): TimeRange[] {
  const { period } = piece;
  const runs = new Runs(piece, context.hours);
  let place = 0;
  let isFirst = true;
  for (const segment of piece.segments) {
    const { rows, from, to, breaks } = segment;
    let next = 0;
    for (let i = from; i < to; i++, place++) {
      if (breaks[next] === i) {
        runs.breakOff();
        next++;
      }
      const at = rows.time[i]!;
      const isAside = (context.mask[place]! & disordered) !== 0;
      if (isAside || at < period.from || at >= period.to) continue;
      if (isFirst) runs.begin(context.before);
      isFirst = false;
      runs.add(segment, at);
    }
  }
  return runs.end();
}

class Runs {
  readonly #piece: Piece;
  readonly #hours: TradingHours;
  readonly #done: { from: number; to: number }[] = [];
  #run: { from: number; to: number } | null = null;
  #of: LoadFile | null;
  #broken = false;
  /** Where the series stood before the next row. */
  #last: number | null = null;

  constructor(piece: Piece, hours: TradingHours) {
    this.#piece = piece;
    this.#hours = hours;
    this.#of = piece.previousOf;
  }

  breakOff(): void {
    this.#broken = true;
  }

  /** The first row comes; the series stood at `before`. */
  begin(before: number | null): void {
    this.#last = before === null ? null : before + this.#rowMs;
  }

  add({ of }: Segment, at: number): void {
    const { period } = this.#piece;
    const until = at + this.#rowMs;
    const isOn = !this.#broken && this.#goesOn(of, at);
    if (this.#run === null || !isOn) {
      this.#close();
      const covered = this.#broken || of === this.#of
        ? at
        : Math.min(at, of.file.covers?.from ?? at);
      const from = isOn ? period.from : Math.max(period.from, covered);
      this.#run = { from, to: until };
    } else {
      this.#run.from = Math.min(this.#run.from, at);
      this.#run.to = Math.max(this.#run.to, until);
    }
    this.#broken = false;
    this.#of = of;
    this.#last = this.#last === null ? until : Math.max(this.#last, until);
  }

  end(): TimeRange[] {
    const { period, next } = this.#piece;
    this.#broken ||= this.#piece.endsBroken;
    const isOn = next !== null && !this.#broken && this.#goesOn(next.of, next.at);
    if (isOn && this.#run !== null) this.#run.to = period.to;
    this.#close();
    return joined(this.#done, period);
  }

  get #rowMs(): number {
    return Math.max(1, this.#piece.series.intervalMs);
  }

  /** A file read to its end tells all the time its name stands for. */
  #close(): void {
    if (this.#run === null) return;
    const to = this.#broken ? this.#run.to : Math.max(this.#run.to, this.#of?.file.covers?.to ?? 0);
    this.#done.push({ from: this.#run.from, to });
    this.#run = null;
  }

  /** Whether nothing lies between what was read so far and a row of a file. */
  #goesOn(of: LoadFile, at: number): boolean {
    if (this.#last === null) return false;
    if (of === this.#of) return true;
    const from = Math.max(this.#last, this.#of?.file.covers?.to ?? 0);
    const to = Math.min(at, of.file.covers?.from ?? at);
    return to <= from || openMsBetween(this.#hours, from, to) < seamMs;
  }
}

/** Ranges in order, those that touch made one, cut to the period. */
function joined(ranges: readonly TimeRange[], period: TimeRange): TimeRange[] {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    const end = Math.min(to, period.to);
    if (last === undefined || from > last.to) result.push({ from, to: end });
    else last.to = Math.max(last.to, end);
  }
  return result;
}

/**
 * What lies between the ranges: there an earlier load's rows stay. A row that is stored though it
 * stands in none of them (put into its place, or released) stands for its own time.
 */
export function rangesUnread(ranges: readonly TimeRange[], rows: Rows, rowMs: number) {
  const points: TimeRange[] = [];
  for (let i = 0, at = 0; i < rows.length; i++) {
    const time = rows.time[i]!;
    while (at < ranges.length && ranges[at]!.to <= time) at++;
    if (at < ranges.length && ranges[at]!.from <= time) continue;
    points.push({ from: time, to: time + Math.max(1, rowMs) });
  }
  const all = joined([...ranges, ...points], { from: -Infinity, to: Infinity });
  const unread = all.slice(1).map(({ from }, n): TimeRange => ({ from: all[n]!.to, to: from }));
  return { range: { from: all[0]!.from, to: all.at(-1)!.to }, unread };
}
