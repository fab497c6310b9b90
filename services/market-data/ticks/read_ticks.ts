/** A page of ticks from history. A place between ticks is a time, and how many of it are behind. */

import type { TickColumns } from "../../../shared/domain/columns.ts";
import type { TickSeries } from "../../../shared/timeseries/columns.ts";
import type { History } from "../../../shared/timeseries/history.ts";

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

export async function readTicks(history: History, query: TicksQuery): Promise<TicksPage> {
  const { place, to, limit, series } = query;
  const pieces: TickColumns[] = [];
  let count = 0;
  let skip = place.spent;
  if (place.time >= to) return { pieces, next: null };
  for await (const piece of history.ticks(series, { from: place.time, to })) {
    let from = 0;
    while (skip > 0 && from < piece.length && piece.time[from] === place.time) {
      from++;
      skip--;
    }
    if (from < piece.length) skip = 0;
    const until = Math.min(piece.length, from + limit - count);
    if (until > from) pieces.push(within(piece, from, until));
    count += Math.max(0, until - from);
    if (until < piece.length) {
      return { pieces, next: placeBefore(piece.time[until]!, query, pieces) };
    }
  }
  return { pieces, next: null };
}

/** The place before a tick of `time` that follows all of `pieces`. */
function placeBefore(
  time: number,
  { place }: TicksQuery,
  pieces: readonly TickColumns[],
): TickPlace {
  let spent = 0;
  for (const piece of pieces.toReversed()) {
    for (let at = piece.length - 1; at >= 0; at--) {
      if (piece.time[at] !== time) return { time, spent };
      spent++;
    }
  }
  return { time, spent: time === place.time ? spent + place.spent : spent };
}

const within = (ticks: TickColumns, from: number, until: number): TickColumns => ({
  length: until - from,
  time: ticks.time.subarray(from, until),
  bid: ticks.bid.subarray(from, until),
  ask: ticks.ask.subarray(from, until),
  bidVolume: ticks.bidVolume?.subarray(from, until) ?? null,
  askVolume: ticks.askVolume?.subarray(from, until) ?? null,
});
