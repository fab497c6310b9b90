/** A page of activity bars, and the cursor that goes on behind it. */

import {
  type ActivityBar,
  ActivityFolder,
  type ActivityKind,
  type ActivityPlace,
} from "../../../shared/domain/bars/activity_bars.ts";
import type { BarSide } from "../../../shared/domain/bar.ts";
import { sideVolume } from "../../../shared/domain/bars/fold_ticks.ts";
import type { TickColumns } from "../../../shared/domain/columns.ts";
import { parseScaled } from "../../../shared/domain/decimal.ts";
import type { Instrument } from "../../../shared/domain/instrument.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { invalidRequest } from "../../../shared/runtime/request_checks.ts";
import type { TickSeries } from "../../../shared/timeseries/columns.ts";
import type { History } from "../../../shared/timeseries/history.ts";
import { rowsScannedMax } from "../history/read_bars.ts";

export interface ActivityQuery {
  readonly series: TickSeries;
  readonly kind: ActivityKind;
  /** Ticks, volume, or points. */
  readonly size: number;
  readonly side: BarSide;
  readonly from: number;
  readonly place: ActivityPlace | null;
  readonly to: number;
  readonly limit: number;
}

export interface ActivityPage {
  readonly bars: readonly ActivityBar[];
  readonly next: ActivityPlace | null;
}

/**
 * The size in what its kind counts.
 * @throws Problem `invalid_request` for one that is not above 0 or finer than the prices.
 */
export function sizeOf(kind: ActivityKind, text: string, instrument: Instrument): number {
  const decimals = { ticks: 0, volume: 6, range: instrument.pricePrecision }[
    kind === "renko" ? "range" : kind
  ];
  const scaled = parseScaled(text, decimals);
  const size = typeof scaled === "string" || scaled > sizeMax ? 0 : scaled;
  if (size <= 0) {
    const message = `Above 0, with at most ${decimals} decimals, for ${kind}`;
    throw invalidRequest([{ path: "query.size", message }]);
  }
  return kind === "volume" ? size / 1e6 : size;
}

const sizeMax = 2 ** 50;

/** @throws Problem `volume_missing` for volume bars of a tick without one, or `invalid_request` for a size that no bar reaches. */
export async function readActivityBars(
  history: History,
  query: ActivityQuery,
): Promise<ActivityPage> {
  const { series, kind, to, limit, place } = query;
  const folder = new ActivityFolder({ ...query, barsMax: limit });
  const range = { from: place?.time ?? query.from, to };
  if (range.from >= to) return { bars: [], next: null };
  let scanned = 0;
  for await (const piece of history.ticks(series, range)) {
    if (kind === "volume" && !isWeighed(piece, query.side)) {
      throw new Problem(
        "volume_missing",
        `${series.source} does not give the volume of every tick of ${series.symbol}`,
      );
    }
    folder.push(piece);
    scanned += piece.length;
    if (scanned > rowsScannedMax && folder.bars.length === 0) throw noBarWithin(scanned);
    if (folder.full || scanned > rowsScannedMax) return { bars: folder.bars, next: folder.place };
  }
  return { bars: folder.bars, next: null };
}

function isWeighed(piece: TickColumns, side: BarSide): boolean {
  for (let at = 0; at < piece.length; at++) {
    if (Number.isNaN(sideVolume(piece, side, at))) return false;
  }
  return true;
}

const noBarWithin = (rows: number): Problem =>
  invalidRequest([{ path: "query.size", message: `No bar is finished within ${rows} ticks` }]);

/** `1549238400123.2`, and for Renko the edges of the last brick and whether its tick comes again. */
export function formatActivityPlace({ time, spent, brick, counted }: ActivityPlace): string {
  const place = `${time}.${spent}`;
  return brick === null ? place : `${place}.${brick.low}.${brick.high}.${counted ? 1 : 0}`;
}

/**
 * Reads what the contract has checked.
 * @throws Problem `invalid_request` for a cursor of another kind of bar.
 */
export function parseActivityPlace(text: string, kind: ActivityKind): ActivityPlace {
  const [time = 0, spent = 0, low, high, counted] = text.split(".").map(Number);
  const isRenko = low !== undefined && high !== undefined;
  const isBrick = !isRenko || (low < high && high <= pointsMax);
  if (isRenko !== (kind === "renko") || !isBrick) {
    const message = `Not the cursor of a page of ${kind} bars`;
    throw invalidRequest([{ path: "query.cursor", message }]);
  }
  return { time, spent, brick: isRenko ? { low, high } : null, counted: counted === 1 };
}

const pointsMax = 2 ** 31 - 1;
