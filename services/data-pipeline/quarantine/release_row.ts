/** Puts a row that was kept apart into its history: once, and together with its mark. */

import { Problem } from "../../../shared/runtime/problem.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import type { BarSide } from "../../../shared/domain/bar.ts";
import type { PipelineDeps } from "../deps.ts";
import { rowsOf, toBars, toTicks } from "../load/rows.ts";
import { findRow, markReleased, type QuarantineRow } from "./quarantine_store.ts";

/** A row that was released before stays as it is. @throws Problem `not_found`, `row_not_releasable` */
export async function releaseRow(
  deps: Pick<PipelineDeps, "db" | "writer" | "history" | "clock">,
  rowId: string,
): Promise<QuarantineRow> {
  const row = await findRow(deps.db, rowId);
  if (row === null) throw new Problem("not_found", "There is no such row");
  if (row.columns === null || row.symbol === null) {
    throw new Problem("row_not_releasable", row.detail);
  }
  if (row.state === "released") return row;
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
