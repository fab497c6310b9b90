/**
 * Checks a day of ticks or bars, all gates at once, into one mask a row. Pure and exact to repeat:
 * what must be known of the rows before is given and answered as `Before`, a few numbers.
 */

import type { Instrument } from "../../../shared/domain/instrument.ts";
import type { BarColumns, TickColumns } from "../../../shared/timeseries/columns.ts";
import { markAnotherPair, markPrecision, markSpikes, markSpreads } from "./check_prices.ts";
import { markTimes, type TimeCheck } from "./check_times.ts";
import { bitsWith, gateBit, type GateName, gateNames } from "./gates.ts";
import type { Level } from "./robust.ts";

/** What is remembered of the rows before; plain numbers, to be stored between two days. */
export interface Before {
  /** The latest time in order, epoch milliseconds. */
  readonly time: number;
  /** The row above, in the file's order: time, prices, volumes. */
  readonly row: readonly (number | null)[];
  /** Since when the price has not moved. */
  readonly unmovedSince: number;
  readonly level: Level | null;
}

export interface CheckOptions extends Omit<TimeCheck, "last" | "rowMs"> {
  readonly instrument: Instrument;
  readonly before: Before | null;
  /** Median mid of the nearest loaded day of the symbol, in points. */
  readonly reference: number | null;
  /** Where the rows of each file begin; the first at 0. */
  readonly parts: readonly number[];
  /** The rows that were rounded as they were read. */
  readonly finer: readonly number[];
}

export interface Checked {
  /** The bits of the gates each row meets; 0 of a good one. */
  readonly mask: Uint32Array;
  readonly counts: Readonly<Partial<Record<GateName, number>>>;
  /** Median mid, in points; 0 without rows. */
  readonly median: number;
  readonly before: Before | null;
}

const disordered = gateBit.clock | gateBit.out_of_order;

export function checkTicks(ticks: TickColumns, options: CheckOptions): Checked {
  const { gates } = options;
  const { length, time, bid, ask } = ticks;
  const mask = new Uint32Array(length);
  const sums = new Int32Array(length);
  for (let i = 0; i < length; i++) sums[i] = bid[i]! + ask[i]!;
  markSpreads(mask, (index) => ask[index]! - bid[index]!, options);
  const last = markTimes(mask, time, { ...options, last: lastTime(options), rowMs: 0 });
  const columns = [bid, ask];
  const volumes = [ticks.bidVolume, ticks.askVolume];
  const unmovedSince = markRuns(mask, { time, prices: columns, others: volumes }, options);
  const level = markSpikes(mask, sums, { gates, before: options.before?.level ?? null });
  markPrecision(mask, gates, (index) => bid[index]! % 10 === 0 && ask[index]! % 10 === 0);
  const median = markAnotherPair(mask, sums, options);
  return finish(mask, options, {
    median,
    before: before(length, [time, bid, ask, ...volumes], { last, unmovedSince, level, options }),
  });
}

/** What of the other side a side of bars is checked with. */
export interface BarQuotes {
  readonly side: "bid" | "ask";
  /** Of the other side, by opening time. */
  readonly otherCloses: ReadonlyMap<number, number>;
}

export interface BarCheckOptions extends CheckOptions {
  readonly rowMs: number;
  /** `null` where the other side did not come with it. */
  readonly quotes: BarQuotes | null;
}

export function checkBars(bars: BarColumns, options: BarCheckOptions): Checked {
  const { gates } = options;
  const { length, openTime: time, open, high, low, close } = bars;
  const mask = new Uint32Array(length);
  const sums = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    sums[i] = close[i]! * 2;
    const top = Math.max(open[i]!, low[i]!, close[i]!);
    const bottom = Math.min(open[i]!, high[i]!, close[i]!);
    if (high[i]! < top || low[i]! > bottom) mask[i] = gateBit.inconsistent;
  }
  if (options.quotes !== null) {
    const { side, otherCloses } = options.quotes;
    const sign = side === "bid" ? 1 : -1;
    const spread = (index: number) =>
      sign * ((otherCloses.get(time[index]!) ?? NaN) - close[index]!);
    markSpreads(mask, spread, options);
  }
  const last = markTimes(mask, time, { ...options, last: lastTime(options) });
  const prices = [open, high, low, close];
  const unmovedSince = markRuns(mask, { time, prices, others: [] }, options);
  for (let i = 0; i < length; i++) {
    const above = i > 0 ? time[i - 1]! : options.before?.row[0] ?? null;
    if (time[i] === above) mask[i]! |= gateBit.repeated;
  }
  const level = markSpikes(mask, sums, { gates, before: options.before?.level ?? null });
  markPrecision(mask, gates, (index) => prices.every((side) => side[index]! % 10 === 0));
  const median = markAnotherPair(mask, sums, options);
  return finish(mask, options, {
    median,
    before: before(length, [time, ...prices], { last, unmovedSince, level, options }),
  });
}

const lastTime = ({ before }: CheckOptions): number => before?.time ?? -Infinity;

interface Rows {
  readonly time: Float64Array;
  readonly prices: readonly Int32Array[];
  readonly others: readonly (Float64Array | null)[];
}

/** Marks repeated rows and prices that do not move; since when the last one has not. */
function markRuns(mask: Uint32Array, rows: Rows, { gates, before }: CheckOptions): number {
  const { time, prices, others } = rows;
  const staleMs = gates.stale.thresholds["seconds"]! * 1_000;
  const closed = gateBit.weekend | gateBit.holiday;
  const columns = [time, ...prices, ...others];
  const first = prices[0]!;
  let since = before?.unmovedSince ?? -Infinity;
  let last = before?.time ?? -Infinity;
  for (let i = 0; i < mask.length; i++) {
    let unmoved = i > 0 ? first[i] === first[i - 1] : before !== null;
    if (unmoved) unmoved = sameAsAbove(prices, i, before?.row.slice(1));
    if (unmoved && sameAsAbove(columns, i, before?.row)) mask[i]! |= gateBit.repeated;
    if ((mask[i]! & disordered) !== 0) continue;
    const at = time[i]!;
    if (!unmoved || since === -Infinity || at - last >= staleMs) since = at;
    else if (at - since >= staleMs && (mask[i]! & closed) === 0) mask[i]! |= gateBit.stale;
    last = at;
  }
  return since;
}

type Column = Float64Array | Int32Array | null;

function sameAsAbove(
  columns: readonly Column[],
  index: number,
  before: readonly (number | null)[] | undefined,
): boolean {
  if (index === 0) {
    return before !== undefined &&
      columns.every((column, at) => isSame(column === null ? null : column[0]!, before[at]!));
  }
  for (let at = 0; at < columns.length; at++) {
    const column = columns[at]!;
    if (column !== null && !isSame(column[index]!, column[index - 1]!)) return false;
  }
  return true;
}

/** A volume that was not given is `null`, or NaN where other rows have one. */
const isSame = (a: number | null, b: number | null): boolean =>
  a === b || (Number.isNaN(a ?? NaN) && Number.isNaN(b ?? NaN));

function before(
  length: number,
  columns: readonly Column[],
  end: { last: number; unmovedSince: number; level: Level | null; options: CheckOptions },
): Before | null {
  if (length === 0 || end.last === -Infinity) return end.options.before;
  return {
    time: end.last,
    row: columns.map((column) => column === null ? null : column[length - 1]!),
    unmovedSince: end.unmovedSince,
    level: end.level,
  };
}

/** Clears the bits of gates that are off, and counts the rest. */
function finish(
  mask: Uint32Array,
  { gates, finer }: CheckOptions,
  rest: Pick<Checked, "median" | "before">,
): Checked {
  for (const index of finer) mask[index]! |= gateBit.finer;
  const on = ~bitsWith(gates, "off");
  const byBit = new Uint32Array(gateNames.length);
  for (let i = 0; i < mask.length; i++) {
    let bits = (mask[i]! & on) >>> 0;
    mask[i] = bits;
    for (let at = 0; bits !== 0; at++, bits >>>= 1) if ((bits & 1) !== 0) byBit[at]!++;
  }
  const found = gateNames.map((name, at) => [name, byBit[at]!] as const);
  const counts = Object.fromEntries(found.filter(([, count]) => count > 0));
  return { mask, counts, ...rest };
}
