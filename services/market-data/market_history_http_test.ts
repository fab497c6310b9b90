// Goal: the past over HTTP, every documented answer. Method: the real app over a history in memory
// that gives small pieces; what the pages hold is compared with the fold of all ticks at once.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  activityBarsView,
  barsView,
  seriesListView,
  ticksView,
} from "../../shared/contracts/http/market_history.ts";
import { barGrid } from "../../shared/domain/bars/bar_grid.ts";
import { TickFolder } from "../../shared/domain/bars/fold_ticks.ts";
import type { TickColumns } from "../../shared/domain/columns.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { parseRfc3339 } from "../../shared/domain/time.ts";
import { MemoryHistory } from "../../shared/testing/memory_history.ts";
import { ticksOf, type TickStep } from "../../shared/testing/random_ticks.ts";
import { startTestMarket } from "./testing/test_market.ts";

const EURUSD = "EURUSD" as Symbol;
const loaded = { symbol: EURUSD, source: "loaded" };
const at = (text: string): number => parseRfc3339(text)!;
const start = at("2019-02-05T10:00:00Z");

/** Five minutes: a tick a second, three of one moment at each full minute, none in the fourth. */
const steps: TickStep[] = Array.from({ length: 300 }, (_, second) => second)
  .filter((second) => second < 180 || second >= 240)
  .flatMap((second, at, seconds) => {
    const stepMs = at === 0 ? 0 : (second - seconds[at - 1]!) * 1_000;
    const bid = 114_000 + Math.round(20 * Math.sin(second / 9));
    const one = (stepMs: number, more: number): TickStep => ({
      stepMs,
      bid: bid + more,
      spread: 3 + (second % 4),
      volume: second % 7,
    });
    return second % 60 === 0 ? [one(stepMs, 0), one(0, 1), one(0, 2)] : [one(stepMs, 0)];
  });
const ticks = ticksOf(steps, start);

async function market(now = "2019-02-06T12:00:00Z", pieceLength = 7) {
  const history = new MemoryHistory(pieceLength);
  history.putTicks(loaded, ticks);
  return { history, ...await startTestMarket({ history, now: at(now) }) };
}

type Market = Awaited<ReturnType<typeof market>>;

/** All pages of a query, followed by their `Link` headers. */
async function pages<View>(
  { fetch }: Market,
  first: string,
  parse: (json: unknown) => View,
): Promise<View[]> {
  const views: View[] = [];
  for (let path: string | undefined = first; path !== undefined;) {
    const answer = await fetch(path);
    assertEquals(answer.status, 200, path);
    views.push(parse(await answer.json()));
    path = /<(.*)>; rel="next"/.exec(answer.headers.get("link") ?? "")?.[1];
    assert(views.length < 1_000, "The pages do not end");
  }
  return views;
}

const plain = (value: number, precision = 5) => (value / 10 ** precision).toFixed(precision);

function foldAll(granularity: "S5" | "M1" | "H1", side: "bid" | "ask" | "mid", of: TickColumns) {
  const folder = new TickFolder({ grid: barGrid(granularity, "fx-day"), side });
  folder.push(of);
  const bars = folder.end();
  return Array.from({ length: bars.length }, (_, n) => [
    new Date(bars.openTime[n]!).toISOString(),
    ...[bars.open[n]!, bars.high[n]!, bars.low[n]!, bars.close[n]!].map((one) => plain(one)),
    bars.ticks[n]!,
    bars.volume![n]!,
  ]);
}

Deno.test("GET …/bars folds ticks to any length and side, whatever the pages", async () => {
  const one = await market();
  for (const [granularity, side] of [["S5", "bid"], ["M1", "ask"], ["H1", "mid"]] as const) {
    for (const limit of [1, 3, 500]) {
      const path = `/v1/instruments/EURUSD/bars?source=loaded&from=2019-02-05T00:00:00Z` +
        `&granularity=${granularity}&side=${side}&limit=${limit}`;
      const views = await pages(one, path, (json) => barsView.parse(json));
      assert(views.every(({ bars }) => bars.length <= limit));
      const rows = views.flatMap(({ bars }) => bars).map((
        bar,
      ) => [bar.openTime, bar.open, bar.high, bar.low, bar.close, bar.ticks, bar.volume]);
      assertEquals(rows, foldAll(granularity, side, ticks));
    }
  }
});

Deno.test("GET …/bars without `from` gives the newest; `to` ends the open times", async () => {
  const { json } = await market();
  const base = "/v1/instruments/EURUSD/bars?source=loaded&granularity=M1";
  const opens = async (query: string) =>
    (await json(`${base}&${query}`)).body.bars.map((bar: { openTime: string }) =>
      bar.openTime.slice(11, 16)
    );
  assertEquals(await opens("limit=2"), ["10:02", "10:04"]);
  assertEquals(await opens("limit=2&to=2019-02-05T10:02:00Z"), ["10:00", "10:01"]);
  assertEquals(await opens("limit=100"), ["10:00", "10:01", "10:02", "10:04"]);
  assertEquals(await opens("limit=2&gaps=carry"), ["10:03", "10:04"]);
  assertEquals(await opens("from=2019-02-05T10:00:30Z&to=2019-02-05T10:02:01Z"), [
    "10:01",
    "10:02",
  ]);
  assertEquals(await opens("from=2019-02-05T10:05:00Z"), []);
  assertEquals(await opens("from=2019-02-05T10:02:00Z&to=2019-02-05T10:01:00Z"), []);
});

Deno.test("GET …/bars carries the last close over silence, from before the page too", async () => {
  const one = await market();
  const base = "/v1/instruments/EURUSD/bars?source=loaded&side=bid&gaps=carry";
  for (const limit of [1, 2, 500]) {
    const views = await pages(
      one,
      `${base}&from=2019-02-05T10:03:00Z&granularity=S30&limit=${limit}`,
      (json) => barsView.parse(json),
    );
    const bars = views.flatMap(({ bars }) => bars);
    assertEquals(bars.map(({ openTime, ticks }) => [openTime.slice(14, 19), ticks]), [
      ["03:00", 0],
      ["03:30", 0],
      ["04:00", 32],
      ["04:30", 30],
    ]);
    const before = ticks.bid[ticks.time.findIndex((time) => time >= start + 180_000) - 1]!;
    assertEquals([bars[0]!.open, bars[1]!.close], [plain(before), plain(before)]);
  }
});

Deno.test("GET …/bars tells of spreads when asked, exact, the mean to a thousandth of a point", async () => {
  const { json } = await market();
  const path = "/v1/instruments/EURUSD/bars?source=loaded&spread=true&from=2019-02-05T10:00:00Z";
  const [first] = (await json(path)).body.bars;
  // 62 ticks: each of the spreads 3, 4, 5, 6 fifteen times, and 3 twice more.
  assertEquals(first.spread, { min: "0.00003", mean: "0.00004452", max: "0.00006" });
  const without = (await json(path.replace("true", "false"))).body.bars[0];
  assertEquals(without.spread, undefined);
});

Deno.test("GET …/bars prefers the source's own bars, and the ticks where those do not reach", async () => {
  const { history, json } = await market();
  const minute = { openTime: Float64Array.of(start - 60_000), ticks: Int32Array.of(-1) };
  const price = Int32Array.of(113_000);
  const bars = { open: price, high: price, low: price, close: price, volume: null };
  history.putBars({ ...loaded, side: "bid", intervalMs: 60_000 }, {
    length: 1,
    ...minute,
    ...bars,
  });
  const base = "/v1/instruments/EURUSD/bars?source=loaded&side=bid&granularity=H1";
  const before = await json(`${base}&from=2019-02-05T09:00:00Z&to=2019-02-05T10:00:00Z`);
  assertEquals(before.body.bars.map((bar: { ticks: number }) => bar.ticks), [-1]);
  const after = await json(`${base}&from=2019-02-05T10:00:00Z`);
  assertEquals(after.body.bars[0].ticks, ticks.length);
});

Deno.test("GET …/bars takes the side a source has where none is asked for, and says so", async () => {
  const { history, json } = await market();
  const price = Int32Array.of(113_000);
  const minutes = {
    length: 1,
    openTime: Float64Array.of(start),
    ticks: Int32Array.of(-1),
    ...{ open: price, high: price, low: price, close: price, volume: null },
  };
  const pair = { symbol: EURUSD, source: "pair", intervalMs: 60_000 } as const;
  history.putBars({ ...pair, side: "ask" }, minutes);
  const sideOf = async (source: string) => {
    const { body } = await json(`/v1/instruments/EURUSD/bars?source=${source}&granularity=H1`);
    return [body.side, body.bars.length];
  };
  assertEquals(await sideOf("pair"), ["ask", 1]);
  history.putBars({ ...pair, side: "bid" }, minutes);
  assertEquals(await sideOf("pair"), ["bid", 1]);
  assertEquals(await sideOf("loaded"), ["mid", 1]);
});

Deno.test("bars longer than an hour are read in the alignment they are stored in", async () => {
  const { history, json } = await market();
  const price = (n: number) => Int32Array.of(113_000 + n, 113_001 + n, 113_002 + n);
  const days = (source: string, first: string, stepMs = 86_400_000) =>
    history.putBars({ symbol: EURUSD, source, side: "bid", intervalMs: stepMs }, {
      length: 3,
      openTime: Float64Array.of(at(first), at(first) + stepMs, at(first) + 2 * stepMs),
      ticks: Int32Array.of(-1, -1, -1),
      ...{ open: price(0), high: price(3), low: price(0), close: price(1), volume: null },
    });
  days("midnight", "2019-02-04T00:00:00Z");
  days("rollover", "2019-02-03T22:00:00Z");
  days("noon", "2019-02-04T12:00:00Z");
  const read = async (query: string) => {
    const { status, body } = await json(`/v1/instruments/EURUSD/bars?${query}`);
    const opens = body.bars?.map((bar: { openTime: string }) => bar.openTime.slice(0, 13));
    return [status, body.alignment, opens];
  };
  assertEquals(await read("source=midnight&granularity=D1"), [
    ...[200, "utc", ["2019-02-04T00", "2019-02-05T00", "2019-02-06T00"]],
  ]);
  assertEquals(await read("source=midnight&granularity=W1"), [200, "utc", ["2019-02-04T00"]]);
  assertEquals(await read("source=rollover&granularity=D1"), [
    ...[200, "fx-day", ["2019-02-03T22", "2019-02-04T22", "2019-02-05T22"]],
  ]);
  assertEquals((await read("source=midnight&granularity=D1&alignment=fx-day"))[0], 404);
  assertEquals((await read("source=rollover&granularity=D1&alignment=utc"))[0], 404);
  assertEquals((await read("source=midnight&granularity=H12"))[0], 404);
  assertEquals((await read("source=noon&granularity=D1"))[0], 404);
});

Deno.test("GET …/series tells what there is; asking for what is not names it", async () => {
  const { history, json } = await market();
  const price = Int32Array.of(113_000);
  history.putBars({ symbol: EURUSD, source: "pair", side: "bid", intervalMs: 60_000 }, {
    length: 1,
    openTime: Float64Array.of(start),
    ticks: Int32Array.of(-1),
    ...{ open: price, high: price, low: price, close: price, volume: null },
  });
  const base = "/v1/instruments/EURUSD";
  const { body } = await json(`${base}/series`);
  const { series } = seriesListView.parse(body);
  assertEquals(
    series.map((
      { source, kind, side, intervalMs, from, count },
    ) => [source, kind, side, intervalMs, from, count]),
    [
      ["loaded", "ticks", null, null, "2019-02-05T10:00:00.000Z", ticks.length],
      ["pair", "bars", "bid", 60_000, "2019-02-05T10:00:00.000Z", 1],
    ],
  );
  const detail = async (path: string) => {
    const answer = await json(base + path);
    assertEquals([answer.status, answer.body.code], [404, "not_found"], path);
    return answer.body.detail as string;
  };
  const from = "from=2019-02-05T10:00:00Z";
  assertStringIncludes(await detail("/bars?source=lodaed"), `${base}/series lists`);
  assertStringIncludes(await detail(`/ticks?source=lodaed&${from}`), `${base}/series lists`);
  assertStringIncludes(await detail("/bars?source=pair&side=mid"), "bid bars of 60 s");
  assertStringIncludes(await detail("/bars?source=pair&granularity=S5"), "bid bars of 60 s");
  assertStringIncludes(await detail(`/ticks?source=pair&${from}`), "no ticks of EURUSD, only bid");
  const ticksOf = `/activity-bars?source=pair&kind=ticks&size=5&${from}`;
  assertStringIncludes(await detail(ticksOf), "no ticks of EURUSD, only bid");
});

Deno.test("GET …/ticks pages through every tick once, those of one moment too", async () => {
  const one = await market();
  for (const limit of [1, 2, 50, 5_000]) {
    const path = `/v1/instruments/EURUSD/ticks?source=loaded&from=2019-02-05T10:00:00Z&limit=`;
    const views = await pages(one, path + limit, (json) => ticksView.parse(json));
    const rows = views.flatMap((view) => view.ticks);
    assertEquals(
      rows.map((row) => [row.time, row.bid, row.ask, row.bidVolume, row.askVolume]),
      Array.from(ticks.time, (time, n) => [
        new Date(time).toISOString(),
        plain(ticks.bid[n]!),
        plain(ticks.ask[n]!),
        ticks.bidVolume![n]!,
        ticks.askVolume![n]!,
      ]),
    );
  }
});

Deno.test("GET …/activity-bars pages as one fold, for every kind", async () => {
  const one = await market();
  for (
    const [kind, size] of [["ticks", "7"], ["volume", "20.5"], ["range", "0.0001"], [
      "renko",
      "0.00003",
    ]]
  ) {
    const path = `/v1/instruments/EURUSD/activity-bars?source=loaded&side=bid&kind=${kind}` +
      `&size=${size}&from=2019-02-05T10:00:00Z&limit=`;
    const read = async (limit: number) =>
      (await pages(one, path + limit, (json) => activityBarsView.parse(json)))
        .flatMap(({ bars }) => bars);
    const whole = await read(5_000);
    assert(whole.length > 5, kind);
    assertEquals(await read(1), whole);
    assertEquals(await read(4), whole);
  }
});

Deno.test("every answer of rows is to be had as CSV, with the same rows", async () => {
  const { fetch } = await market();
  const answer = await fetch(
    "/v1/instruments/EURUSD/ticks?source=loaded&from=2019-02-05T10:00:00Z&limit=2",
    { accept: "text/csv, */*;q=0.1" },
  );
  assertStringIncludes(answer.headers.get("content-type")!, "text/csv");
  assertEquals(
    answer.headers.get("link"),
    "</v1/instruments/EURUSD/ticks?source=loaded&from=2019-02-05T10%3A00%3A00Z&limit=2" +
      `&cursor=${start}.2>; rel="next"`,
  );
  assertEquals(
    await answer.text(),
    "time,bid,ask,bid_volume,ask_volume\n" +
      "2019-02-05T10:00:00.000Z,1.14000,1.14003,0,0\n" +
      "2019-02-05T10:00:00.000Z,1.14001,1.14004,0,0\n",
  );
  const empty = await fetch(
    "/v1/instruments/EURUSD/bars?source=loaded&to=2019-02-05T00:00:00Z&format=csv",
  );
  assertEquals(await empty.text(), "open_time,open,high,low,close,ticks,volume\n");
});

Deno.test("requests that make no sense are refused with the field that is wrong", async () => {
  const { refused } = await market();
  const of = (what: string, query: string) => refused(`/v1/instruments/EURUSD/${what}?${query}`);
  const from = "from=2019-02-05T10:00:00Z";
  for (
    const [what, query, path] of [
      ["bars", "granularity=M3", "query.granularity"],
      ["bars", "granularity=m1", "query.granularity"],
      ["bars", "alignment=tokyo", "query.alignment"],
      ["bars", "gaps=guess", "query.gaps"],
      ["bars", "spread=1", "query.spread"],
      ["bars", "source=../../etc", "query.source"],
      ["bars", "source=live&source=loaded", "query.source"],
      ["bars", "format=xml", "query.format"],
      ["bars", "format=csv&limit=200001", "query.limit"],
      ["bars", "limit=5001", "query.limit"],
      ["ticks", "", "query.from"],
      ["ticks", "cursor=1", "query.cursor"],
      ["ticks", "cursor=-1.2", "query.cursor"],
      ["ticks", "cursor=1.2.3", "query.cursor"],
      ["ticks", `${from}&limit=0`, "query.limit"],
      ["activity-bars", from, "query.kind"],
      ["activity-bars", `${from}&kind=ticks&size=0`, "query.size"],
      ["activity-bars", `${from}&kind=ticks&size=1.5`, "query.size"],
      ["activity-bars", `${from}&kind=range&size=0.000001`, "query.size"],
      ["activity-bars", `${from}&kind=range&size=1e3`, "query.size"],
      ["activity-bars", "kind=renko&size=0.001&cursor=1.2", "query.cursor"],
      ["activity-bars", "kind=ticks&size=1&cursor=1.2.3.4.0", "query.cursor"],
      ["activity-bars", "kind=renko&size=0.001&cursor=1.2.9.4.0", "query.cursor"],
      ["activity-bars", "kind=ticks&size=5", "query.from"],
      ["session", "at=now", "query.at"],
    ] as const
  ) {
    assertEquals(await of(what, query), [400, "invalid_request", path], `${what}?${query}`);
  }
  for (const what of ["bars", "ticks", "activity-bars", "session"]) {
    const query = `${from}&kind=ticks&size=5`;
    const answer = await refused(`/v1/instruments/ABCDEF/${what}?${query}`);
    assertEquals(answer, [404, "not_found", null], what);
  }
  for (
    const [query, path] of [
      ["from=EUR", "query.to"],
      ["from=EUR&to=ABC", "query.to"],
      ["from=EUR&to=USD&amount=1e5", "query.amount"],
      ["from=EUR&to=USD&amount=0.0000001", "query.amount"],
      ["from=EUR&to=USD&at=2019-02-30T00:00:00Z", "query.at"],
      ["from=EUR&to=USD&ageMsMax=-1", "query.ageMsMax"],
    ]
  ) {
    assertEquals(await refused(`/v1/conversions?${query}`), [400, "invalid_request", path], query);
  }
});

Deno.test("volume bars of a source without volumes are refused, not guessed", async () => {
  const { history, refused } = await market();
  history.putTicks(loaded, { ...ticks, bidVolume: null, askVolume: null });
  const query = "kind=volume&size=5&source=loaded&from=2019-02-05T10:00:00Z";
  assertEquals(
    await refused(`/v1/instruments/EURUSD/activity-bars?${query}`),
    [422, "volume_missing", null],
  );
});
