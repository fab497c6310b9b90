// Goal: a large answer in any form holds what the JSON pages hold, is read no faster than it is sent,
// and ends with its client. Method: the real app over a history in memory that tells what was asked of
// it; other people's libraries read the forms back.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { DuckDBInstance } from "@duckdb/node-api";
import { tableFromIPC } from "apache-arrow";
import { ticksView } from "../../../shared/contracts/http/market_history.ts";
import type { TickColumns } from "../../../shared/domain/columns.ts";
import { formatScaled } from "../../../shared/domain/decimal.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { MemoryHistory } from "../../../shared/testing/memory_history.ts";
import { ticksOf, type TickStep } from "../../../shared/testing/random_ticks.ts";
import type { TickSeries, TimeRange } from "../../../shared/timeseries/columns.ts";
import { startTestMarket } from "../testing/test_market.ts";

const series: TickSeries = { symbol: "EURUSD" as Symbol, source: "loaded" };
const start = Date.UTC(2019, 1, 5, 10);
const base = "/v1/instruments/EURUSD/ticks?source=loaded&from=2019-02-05T10:00:00Z";
const pieceLength = 1_000;

/** Some moments have several ticks, over the edges of pieces and pages. */
const stepOf = (_: unknown, n: number): TickStep => ({
  stepMs: n % 1_000 < 5 || n % 7 === 0 ? 0 : 1 + (n % 900),
  bid: 114_000 + (n % 97),
  spread: 1 + (n % 5),
  volume: n % 11,
});

/** Tells of each reading how many pieces it gave, and whether it was ended. */
class WatchedHistory extends MemoryHistory {
  readonly readings: { pieces: number; ended: boolean }[] = [];
  /** Thrown in the place of this piece of a later reading. */
  failAt = Infinity;

  override async *ticks(of: TickSeries, range: TimeRange): AsyncGenerator<TickColumns> {
    const reading = { pieces: 0, ended: false };
    this.readings.push(reading);
    try {
      for await (const piece of super.ticks(of, range)) {
        if (++reading.pieces >= this.failAt && this.readings.length > 1) throw new Error("torn");
        yield piece;
      }
    } finally {
      reading.ended = true;
    }
  }
}

async function openMarket(rows: number) {
  const history = new WatchedHistory(pieceLength);
  history.putTicks(series, ticksOf(Array.from({ length: rows }, stepOf), start));
  return { history, ...await startTestMarket({ history, now: start + 86_400_000 }) };
}

type Market = Awaited<ReturnType<typeof openMarket>>;

async function answers({ fetch }: Market, first: string): Promise<Response[]> {
  const found: Response[] = [];
  for (let path: string | undefined = first; path !== undefined;) {
    const answer = await fetch(path);
    assertEquals(answer.status, 200, path);
    found.push(answer);
    path = /<(.*)>; rel="next"/.exec(answer.headers.get("link") ?? "")?.[1];
    assert(found.length < 100, "The pages do not end");
  }
  return found;
}

/** Time in milliseconds, bid and ask as text, volumes. */
type Row = readonly unknown[];

async function jsonRows(market: Market): Promise<Row[]> {
  const pages = await answers(market, `${base}&limit=5000`);
  const views = await Promise.all(pages.map(async (page) => ticksView.parse(await page.json())));
  return views.flatMap(({ ticks }) =>
    ticks.map((tick) => [
      ...[Date.parse(tick.time), tick.bid, tick.ask, tick.bidVolume, tick.askVolume],
    ])
  );
}

async function csvRows(answer: Response): Promise<Row[]> {
  const [head, ...lines] = (await answer.text()).trimEnd().split("\n");
  assertEquals(head, "time,bid,ask,bid_volume,ask_volume");
  return lines.map((line) => {
    const [time, bid, ask, ...volumes] = line.split(",");
    return [Date.parse(time!), bid, ask, ...volumes.map(Number)];
  });
}

async function arrowRows(answer: Response): Promise<Row[]> {
  const table = tableFromIPC(await answer.bytes());
  const priceAt = (name: string, at: number) =>
    formatScaled((table.getChild(name)!.get(at) as Uint32Array)[0]!, 5);
  const plainAt = (name: string, at: number) => table.getChild(name)!.get(at);
  return Array.from({ length: table.numRows }, (_, at) => [
    ...[plainAt("time", at), priceAt("bid", at), priceAt("ask", at)],
    ...[plainAt("bid_volume", at), plainAt("ask_volume", at)],
  ]);
}

async function parquetRows(answer: Response): Promise<Row[]> {
  const path = await Deno.makeTempFile({ suffix: ".parquet" });
  await Deno.writeFile(path, await answer.bytes());
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const read = await connection.runAndReadAll(
    `select epoch_ms(time)::double, bid::text, ask::text, bid_volume, ask_volume
     from read_parquet('${path}')`,
  );
  const rows = read.getRowsJson() as Row[];
  connection.closeSync();
  instance.closeSync();
  await Deno.remove(path);
  return rows;
}

Deno.test("a large answer in every form holds what the JSON pages hold", async () => {
  const market = await openMarket(12_000);
  const expected = await jsonRows(market);
  assertEquals(expected.length, 12_000);
  const forms = { csv: csvRows, arrow: arrowRows, parquet: parquetRows };
  for (const [format, rowsOf] of Object.entries(forms)) {
    for (const limit of [200_000, 5_003]) {
      const pages = await answers(market, `${base}&format=${format}&limit=${limit}`);
      assertEquals(pages.length, Math.ceil(12_000 / limit), format);
      assertEquals((await Promise.all(pages.map(rowsOf))).flat(), expected, format);
    }
  }
});

Deno.test("a tick that comes while an answer is sent costs no other a place", async () => {
  const { history, fetch } = await openMarket(20);
  const first = await fetch(`${base}&format=csv&limit=10`);
  const more = Array.from({ length: 20 }, stepOf).toSpliced(3, 0, {
    ...{ stepMs: 0, bid: 1, spread: 1, volume: 1 },
  });
  history.putTicks(series, ticksOf(more, start));
  const next = /<(.*)>; rel="next"/.exec(first.headers.get("link")!)![1]!;
  const rows = [...await csvRows(first), ...await csvRows(await fetch(next))];
  assertEquals(rows.length, 21);
});

Deno.test("an answer is read as it is taken, and no further when it is left", async () => {
  const { history, fetch } = await openMarket(100_000);
  for (const format of ["csv", "arrow", "parquet"]) {
    history.readings.length = 0;
    const answer = await fetch(`${base}&limit=200000&format=${format}`);
    const body = answer.body!.getReader();
    assertEquals(history.readings, [{ pieces: 100, ended: true }]);
    for (let chunks = 1; chunks <= 5; chunks++) {
      await body.read();
      const { pieces } = history.readings[1]!;
      assert(pieces <= chunks + 1, `${format}: ${pieces} pieces for ${chunks} chunks`);
    }
    await body.cancel();
    assert(history.readings[1]!.ended && history.readings[1]!.pieces <= 6);
  }
});

Deno.test("a client that goes away ends the reading of its answer", async () => {
  const { app, history } = await openMarket(200_000);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
  const gone = new AbortController();
  const url = `http://127.0.0.1:${server.addr.port}${base}&limit=200000&format=csv`;
  const answer = await fetch(url, { headers: { "x-api-key": "sw_admin" }, signal: gone.signal });
  await answer.body!.getReader().read();
  gone.abort();
  await eventually(() => assertEquals(history.readings.map(({ ended }) => ended), [true, true]));
  // What fits into the sockets on the way was read, and no more.
  assert(history.readings[1]!.pieces < 200, `${history.readings[1]!.pieces} pieces`);
  await server.shutdown();
});

Deno.test("an answer whose history fails breaks off, and is never taken for a whole one", async () => {
  const market = await openMarket(50_000);
  market.history.failAt = 20;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    market.app.fetch,
  );
  for (const format of ["csv", "arrow", "parquet"]) {
    market.history.readings.length = 0;
    const url = `http://127.0.0.1:${server.addr.port}${base}&limit=200000&format=${format}`;
    const answer = await fetch(url, { headers: { "x-api-key": "sw_admin" } });
    assertEquals(answer.status, 200);
    await assertRejects(() => answer.bytes(), TypeError);
  }
  await server.shutdown();
});
