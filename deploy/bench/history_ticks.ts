/** The real ticks of the history bench. */

import { dayMs } from "../../shared/domain/bars/granularity.ts";
import { testData } from "../../shared/testing/test_data.ts";
import { vendorDay } from "../../shared/testing/vendor_bars.ts";
import type { TickColumns } from "../../shared/timeseries/columns.ts";
import { concatTicks } from "../../shared/timeseries/tick_columns.ts";
import { dukascopyFile } from "../../shared/venues/files/dukascopy.ts";

/** The recorded day, without volumes. */
export async function recordedDay(): Promise<TickColumns> {
  const folder = testData(vendorDay.folder);
  if (folder === null) throw new Error("Cannot find the test data; set SPOTWIRE_TEST_DATA");
  const parts: TickColumns[] = [];
  for (let hour = 0; hour < 24; hour++) {
    const path = `${folder}/${String(hour).padStart(2, "0")}h_ticks.bi5`;
    const file = dukascopyFile(path, (await Deno.stat(path)).size);
    if (file?.kind !== "ticks") throw new Error(`Cannot read ${path} as ticks`);
    for await (const { ticks } of file.read()) parts.push({ ...ticks, ...noVolumes });
  }
  return concatTicks(parts);
}

const noVolumes = { bidVolume: null, askVolume: null };

/** The day again and again, each a day later. */
export function* repeated(day: TickColumns, days: number): Generator<TickColumns> {
  for (let at = 0; at < days; at++) {
    yield { ...day, time: day.time.map((time) => time + at * dayMs) };
  }
}
