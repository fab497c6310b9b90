/** Puts a row that was kept apart into its history: once, and together with its mark. */

import type { TickReleased } from "../../../shared/contracts/messages/released_ticks.ts";
import { topics } from "../../../shared/contracts/messages/topics.ts";
import { formatPrice, price, type Symbol } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { createEventSource, publishEvents } from "../../../shared/runtime/events.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import type { BarSide } from "../../../shared/domain/bar.ts";
import type { PipelineDeps } from "../deps.ts";
import { rowsOf, toBars, toTicks } from "../load/rows.ts";
import { noImport } from "./keep_refused.ts";
import { findRow, markReleased, type QuarantineRow } from "./quarantine_store.ts";

type ReleaseDeps = Pick<PipelineDeps, "db" | "writer" | "history" | "clock" | "ids" | "streams">;

/** A row that was released before stays as it is. @throws Problem `not_found`, `row_not_releasable` */
export async function releaseRow(
  deps: ReleaseDeps,
  rowId: string,
): Promise<QuarantineRow> {
  const row = await findRow(deps.db, rowId);
  if (row === null) throw new Problem("not_found", "There is no such row");
  if (row.state === "released") return row;
  if (row.import_id === noImport) return await releaseLive(deps, row);
  if (row.columns === null || row.symbol === null) {
    throw new Problem("row_not_releasable", row.detail);
  }
  await deps.db.transaction().execute(async (trx) => {
    if (!await markReleased(trx, rowId, deps.clock.now())) return;
    const history = deps.history(trx);
    const series = { symbol: row.symbol as Symbol, source: row.source };
    const rows = rowsOf(row.columns as number[], row.kind as "ticks" | "bars");
    if (row.kind === "ticks") {
      const batch = `released:${rowId}`;
      await deps.writer.appendTicks(history, { series, ticks: toTicks(rows), batch });
      return;
    }
    const at = rows.time[0]!;
    const intervalMs = Number(row.interval_ms);
    await deps.writer.replaceBars(history, {
      series: { ...series, side: row.side as BarSide, intervalMs },
      range: { from: at, to: at + 1 },
      bars: toBars(rows),
    });
  });
  const released = await findRow(deps.db, rowId);
  // A load that read it anew and found nothing wrong may have dropped it meanwhile.
  if (released === null) throw new Problem("not_found", "There is no such row");
  return released;
}

/**
 * The archive alone writes the live feed's history, and makes its bars: it is told first, and files a
 * tick once however often it is told.
 */
async function releaseLive(deps: ReleaseDeps, row: QuarantineRow): Promise<QuarantineRow> {
  const { db, clock, ids, streams } = deps;
  if (row.columns === null || row.symbol === null || streams === undefined) {
    const detail = `${row.detail}: what was refused as ${row.reasons} is no price of a time`;
    throw new Problem("row_not_releasable", detail);
  }
  const [time, bid, ask] = row.columns as [number, number, number];
  const instrument = instrumentOf(row.symbol as Symbol);
  const tick: TickReleased["data"] = {
    releaseId: `live-${row.row_id}`,
    symbol: row.symbol,
    time,
    bid: formatPrice(price(bid), instrument),
    ask: formatPrice(price(ask), instrument),
  };
  const events = createEventSource({ source: "/services/data-pipeline", ids, clock });
  try {
    await publishEvents(streams, topics.releasedTicks, [events.event("tick.released", tick)]);
  } catch (cause) {
    throw new Problem("unavailable", "The archive cannot be told now; ask again", { cause });
  }
  await markReleased(db, String(row.row_id), clock.now());
  return (await findRow(db, String(row.row_id)))!;
}
