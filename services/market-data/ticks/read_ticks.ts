/** A page of ticks from history. A place between ticks is a time, and how many of it are behind. */

import type { TickColumns } from "../../../shared/domain/columns.ts";
import { TickRoom } from "../../../shared/timeseries/block_codec.ts";
import type { TickSeries } from "../../../shared/timeseries/columns.ts";
import type { History } from "../../../shared/timeseries/history.ts";
import { lowerBound, sliceTicks } from "../../../shared/timeseries/tick_columns.ts";

export interface TickPlace {
  readonly time: number;
  readonly spent: number;
}

export interface TicksQuery {
  readonly series: TickSeries;
  readonly place: TickPlace;
  readonly to: number;
  readonly limit: number;
}

export interface TicksPage {
  readonly pieces: readonly TickColumns[];
  /** Before the tick that follows; `null` when there is none. */
  readonly next: TickPlace | null;
}

/** `1549238400123.2`: the wire form of a place. */
export const formatPlace = ({ time, spent }: TickPlace): string => `${time}.${spent}`;

/** Reads what the contract has checked. */
export function parsePlace(text: string): TickPlace {
  const [time, spent] = text.split(".");
  return { time: Number(time), spent: Number(spent) };
}

/** The whole page at once. */
export async function readTicks(history: History, query: TicksQuery): Promise<TicksPage> {
  const pieces: TickColumns[] = [];
  const page = pageOf(history, query);
  for (;;) {
    const { done, value } = await page.next();
    if (done) return { pieces, next: value };
    pieces.push(value);
  }
}

/** How long the page is, and where the next begins; read through without keeping a tick. */
export async function measurePage(
  history: History,
  query: TicksQuery,
): Promise<{ readonly rows: number; readonly next: TickPlace | null }> {
  const page = pageOf(history, query, new TickRoom());
  for (let rows = 0;;) {
    const { done, value } = await page.next();
    if (done) return { rows, next: value };
    rows += value.length;
  }
}

/**
 * Ticks from one place to another, `null` for the query's end, as they are read. Ticks that were added
 * since the other place was found are among them: pages still follow one another without a gap.
 */
export async function* ticksUntil(
  history: History,
  { series, place, to }: TicksQuery,
  end: TickPlace | null,
): AsyncGenerator<TickColumns> {
  const { time: last, spent } = end ?? { time: to, spent: 0 };
  /** Ticks of the last moment that are behind. */
  let passed = place.time === last ? place.spent : 0;
  const range = { series, place, to: Math.min(to, last + 1) };
  for await (const piece of ticksBehind(history, range)) {
    const ofLast = lowerBound(piece.time, piece.length, last);
    const until = Math.min(piece.length, ofLast + spent - passed);
    passed += piece.length - ofLast;
    if (until > 0) yield sliceTicks(piece, 0, until);
    if (until < piece.length) return;
  }
}

/** Ticks up to the limit; returns the place before the one that follows. */
async function* pageOf(
  history: History,
  query: TicksQuery,
  room?: TickRoom,
): AsyncGenerator<TickColumns, TickPlace | null> {
  let behind = query.place;
  let left = query.limit;
  for await (const piece of ticksBehind(history, query, room)) {
    const until = Math.min(piece.length, left);
    left -= until;
    if (until > 0) {
      behind = placeBehind(behind, piece.time, until);
      yield sliceTicks(piece, 0, until);
    }
    if (until === piece.length) continue;
    const time = piece.time[until]!;
    return time === behind.time ? behind : { time, spent: 0 };
  }
  return null;
}

/** The place behind as many times more. */
function placeBehind(before: TickPlace, times: Float64Array, length: number): TickPlace {
  const time = times[length - 1]!;
  const first = lowerBound(times, length, time);
  const more = first === 0 && before.time === time ? before.spent : 0;
  return { time, spent: length - first + more };
}

/** Everything from a place on. */
async function* ticksBehind(
  history: History,
  { series, place, to }: Omit<TicksQuery, "limit">,
  room?: TickRoom,
): AsyncGenerator<TickColumns> {
  if (place.time >= to) return;
  let skip = place.spent;
  for await (const piece of history.ticks(series, { from: place.time, to }, room)) {
    const from = Math.min(skip, lowerBound(piece.time, piece.length, place.time + 1));
    skip = from < piece.length ? 0 : skip - from;
    if (from < piece.length) yield sliceTicks(piece, from, piece.length);
  }
}
