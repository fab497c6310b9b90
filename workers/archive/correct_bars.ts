/** Puts bars right after late or reordered quotes: makes their minutes again from the ticks kept. */

import type { Kysely } from "kysely";
import { type Bar, type BarSide, barSides, minuteMs } from "../../shared/domain/bar.ts";
import { barsOf } from "../../shared/domain/bar_columns.ts";
import { barGrid } from "../../shared/domain/bars/bar_grid.ts";
import { TickFolder } from "../../shared/domain/bars/fold_ticks.ts";
import { correctBars } from "../../shared/timeseries/bars_store.ts";
import { liveSource } from "../../shared/domain/source.ts";
import type { TimeseriesDatabase } from "../../shared/timeseries/database.ts";
import type { TickColumns } from "../../shared/timeseries/columns.ts";
import type { History } from "../../shared/timeseries/history.ts";
import { type Correction, minuteKey } from "./decide.ts";

/** How far the close of a corrected minute is carried over silent ones. */
const carryMsMax = 24 * 60 * minuteMs;

/**
 * The bars as they now stand. `history` reads within the transaction of `db`, where the ticks were
 * just added.
 */
export async function correctMinutes(
  db: Kysely<TimeseriesDatabase>,
  history: History,
  corrections: readonly Correction[],
): Promise<readonly Bar[]> {
  const corrected: Bar[] = [];
  for (const { symbol, minute } of corrections) {
    const range = { from: minute, to: minute + minuteMs };
    const ticks: TickColumns[] = [];
    for await (const piece of history.ticks({ symbol, source: liveSource }, range)) {
      ticks.push(piece);
    }
    const bars: Bar[] = [];
    for (const side of barSides) {
      bars.push(...await sideBars(history, ticks, { symbol, side, minute }));
    }
    await correctBars(db, bars);
    corrected.push(...bars);
  }
  return corrected;
}

/** Of minutes that are finished, those that history has bars of already, by their key. */
export async function finishedBefore(
  history: History,
  minutes: readonly Correction[],
): Promise<ReadonlyMap<string, Correction>> {
  const found = new Map<string, Correction>();
  for (const { symbol, minute } of minutes) {
    const series = { symbol, side: "bid", source: liveSource, intervalMs: minuteMs } as const;
    for await (const bars of history.bars(series, { from: minute, to: minute + minuteMs })) {
      if (bars.length > 0) found.set(minuteKey(symbol, minute), { symbol, minute });
    }
  }
  return found;
}

interface Minute extends Correction {
  readonly side: BarSide;
}

/** The minute's bar and the silent minutes after it, where they differ from what is stored. */
async function sideBars(
  history: History,
  ticks: readonly TickColumns[],
  { symbol, side, minute }: Minute,
): Promise<Bar[]> {
  const folder = new TickFolder({ grid: barGrid("M1", "utc"), side });
  for (const piece of ticks) folder.push(piece);
  const made = barsOf(folder.end(), { symbol, side })[0];
  if (made === undefined) return [];
  const corrected = [made];
  const series = { symbol, side, source: liveSource, intervalMs: minuteMs };
  const range = { from: minute, to: minute + carryMsMax };
  let stored = false;
  for await (const piece of history.bars(series, range)) {
    for (const bar of barsOf(piece, { symbol, side })) {
      if (bar.openTime === minute) {
        // Ticks from before history was kept are in the bar only: a fuller bar stays.
        if (bar.ticks > made.ticks) return [];
        stored = true;
        continue;
      }
      const silent = bar.ticks === 0 && bar.openTime === corrected.at(-1)!.openTime + minuteMs;
      if (!stored || !silent || bar.close === made.close) return corrected;
      const { close } = made;
      corrected.push({ ...bar, open: close, high: close, low: close, close });
    }
  }
  return corrected;
}
