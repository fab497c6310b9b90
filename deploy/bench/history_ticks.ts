/** The real ticks of the history bench. */

import { testData } from "../../shared/testing/test_data.ts";
import { vendorDay } from "../../shared/testing/vendor_bars.ts";
import type { TickColumns } from "../../shared/timeseries/columns.ts";
import { dukascopyFile } from "../../shared/venues/replay/dukascopy.ts";
import type { Tick } from "../../shared/venues/venue.ts";

const dayMs = 86_400_000;

/** The recorded day, without volumes. */
export async function recordedDay(): Promise<TickColumns> {
  const folder = testData(vendorDay.folder);
  if (folder === null) throw new Error("Cannot find the test data; set SPOTWIRE_TEST_DATA");
  const ticks: Tick[] = [];
  for (let hour = 0; hour < 24; hour++) {
    const file = dukascopyFile(`${folder}/${String(hour).padStart(2, "0")}h_ticks.bi5`);
    for await (const some of file!.read()) ticks.push(...some);
  }
  return {
    length: ticks.length,
    time: Float64Array.from(ticks, (tick) => tick.venueTime),
    bid: Int32Array.from(ticks, (tick) => tick.bid),
    ask: Int32Array.from(ticks, (tick) => tick.ask),
    bidVolume: null,
    askVolume: null,
  };
}

/** The day again and again, each a day later. */
export function* repeated(day: TickColumns, days: number): Generator<TickColumns> {
  for (let at = 0; at < days; at++) {
    yield { ...day, time: day.time.map((time) => time + at * dayMs) };
  }
}
