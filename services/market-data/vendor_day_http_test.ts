// Goal: a vendor's day, loaded as ticks, is served as the vendor's own bars and to its last tick.
// Method: Dukascopy's files through the real block store (PGlite) and the real routes.

import { assertEquals } from "@std/assert";
import { decompress } from "lzma1";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { parseScaled } from "../../shared/domain/decimal.ts";
import { parseRfc3339 } from "../../shared/domain/time.ts";
import { dataTest } from "../../shared/testing/test_data.ts";
import { vendorBidBars, vendorDay } from "../../shared/testing/vendor_bars.ts";
import { BlockHistoryWriter } from "../../shared/timeseries/block_writer.ts";
import type { TickColumns } from "../../shared/timeseries/columns.ts";
import { startTestMarket } from "./testing/test_market.ts";

const recordBytes = 20;
const hourMs = 3_600_000;

/** Milliseconds of the hour, ask, bid, volumes of both in that order, big-endian. */
async function* vendorTicks(folder: string): AsyncGenerator<TickColumns> {
  for (let hour = 0; hour < 24; hour++) {
    const name = `${folder}/${String(hour).padStart(2, "0")}h_ticks.bi5`;
    const bytes = decompress(await Deno.readFile(name)) as Uint8Array;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const rows = Array.from({ length: bytes.length / recordBytes }, (_, n) => n * recordBytes);
    yield {
      length: rows.length,
      time: Float64Array.from(rows, (at) => vendorDay.from + hour * hourMs + view.getUint32(at)),
      ask: Int32Array.from(rows, (at) => view.getUint32(at + 4)),
      bid: Int32Array.from(rows, (at) => view.getUint32(at + 8)),
      askVolume: Float64Array.from(rows, (at) => view.getFloat32(at + 12)),
      bidVolume: Float64Array.from(rows, (at) => view.getFloat32(at + 16)),
    };
  }
}

dataTest(
  "a vendor's day of ticks is served as the vendor's bars",
  vendorDay.folder,
  async (folder) => {
    const { deps, json, fetch } = await startTestMarket({ now: Date.UTC(2026, 0, 7) });
    const range = { from: vendorDay.from, to: vendorDay.from + 24 * hourMs };
    await new BlockHistoryWriter().replaceTicks(deps.db, {
      series: { symbol: "EURUSD" as Symbol, source: "dukascopy" },
      range,
      ticks: vendorTicks(folder),
    });
    const query = "source=dukascopy&from=2019-02-04T00:00:00Z&to=2019-02-05T00:00:00Z";
    const price = (text: string) => parseScaled(text, 5);
    const barsPath = `/v1/instruments/EURUSD/bars?${query}&side=bid&limit=1440`;
    const { body } = await json(`${barsPath}&gaps=carry`);
    assertEquals(
      body.bars.map((bar: Record<string, string>) => [
        parseRfc3339(bar.openTime!),
        ...[bar.open!, bar.high!, bar.low!, bar.close!].map(price),
      ]),
      await vendorBidBars(folder),
    );
    assertEquals(body.next, null);
    const sum = (bars: { ticks: number }[]) => bars.reduce((total, bar) => total + bar.ticks, 0);
    assertEquals(sum(body.bars), vendorDay.ticks);
    for (const granularity of ["H1", "H4", "D1", "W1", "MN1"]) {
      const path = `/v1/instruments/EURUSD/bars?source=dukascopy&granularity=${granularity}`;
      assertEquals(sum((await json(path)).body.bars), vendorDay.ticks, granularity);
    }
    const csv = await (await fetch(
      `/v1/instruments/EURUSD/ticks?${query}&format=csv&limit=200000`,
    )).text();
    const lines = csv.trimEnd().split("\n");
    assertEquals(lines.length, 1 + vendorDay.ticks);
    assertEquals(lines[1], "2019-02-04T00:00:00.994Z,1.14543,1.14545,2.059999942779541,1");
  },
);
