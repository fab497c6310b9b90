/** Ticks of a test's own as the history that jobs read. */

import type { TickColumns } from "../../../../shared/domain/columns.ts";
import type { Symbol } from "../../../../shared/domain/instrument.ts";
import type { Store } from "../../../../shared/storage/store.ts";
import {
  type TimeseriesDatabase,
  timeseriesSchema,
} from "../../../../shared/timeseries/database.ts";
import { BlockHistoryWriter } from "../../../../shared/timeseries/block_writer.ts";

/** EURUSD of one source. */
export async function storeTicks(store: Store, source: string, ticks: TickColumns): Promise<void> {
  const db = store.database<TimeseriesDatabase>(timeseriesSchema);
  await new BlockHistoryWriter().replaceTicks(db, {
    series: { symbol: "EURUSD" as Symbol, source },
    range: { from: ticks.time[0]!, to: ticks.time.at(-1)! + 1 },
    ticks: (async function* () {
      for (let at = 0; at < ticks.length; at += 4_096) {
        const cut = <Column extends Float64Array | Int32Array>(column: Column) =>
          column.slice(at, at + 4_096) as Column;
        const [time, bid, ask] = [cut(ticks.time), cut(ticks.bid), cut(ticks.ask)];
        yield { length: time.length, time, bid, ask, bidVolume: null, askVolume: null };
      }
    })(),
  });
}
