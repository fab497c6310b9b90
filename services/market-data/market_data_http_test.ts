// Goal: every answer of the contract, and every refusal, over a real PGlite and memory streams.

import { assert, assertEquals } from "@std/assert";
import { marketDataRoutes } from "../../shared/contracts/http/market_data.ts";
import { barsView } from "../../shared/contracts/http/market_history.ts";
import { writeQuotes } from "../../shared/contracts/messages/quote_batch.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { type Bar, minuteMs } from "../../shared/domain/bar.ts";
import { tradingHours } from "../../shared/domain/fx_week.ts";
import { price, type Symbol } from "../../shared/domain/instrument.ts";
import { instruments } from "../../shared/domain/instruments.ts";
import { epochMs, ManualClock } from "../../shared/domain/time.ts";
import { createEventSource, publishEvents } from "../../shared/runtime/events.ts";
import { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { uuidIds } from "../../shared/runtime/time.ts";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { describeRefusals, refusalAuthenticate } from "../../shared/testing/refusal_suite.ts";
import { insertBars } from "../../shared/timeseries/bars_store.ts";
import { createMarketDataApp } from "./app.ts";
import { startMarketData } from "./deps.ts";

const wednesday = epochMs(Date.UTC(2026, 0, 7, 12));
const clock = new ManualClock(wednesday);
const logger = createLogger({ service: "market-data", level: "silent" });
const streams = await openStreams("memory:", { clock });
const deps = await startMarketData({
  service: "market-data",
  version: "test",
  logger,
  metrics: createMetrics("market-data"),
  clock,
  ids: uuidIds,
  authenticate: refusalAuthenticate,
  checks: {},
  bodyBytesMax: 4_096,
  store: await openTestStore(),
  streams,
  hours: tradingHours("fx-week"),
  marketClock: clock,
}, new Lifecycle({ logger }));
const app = createMarketDataApp(deps);

async function get(path: string) {
  const answer = await app.fetch(
    new Request(`http://market${path}`, { headers: { "x-api-key": "sw_admin" } }),
  );
  return { status: answer.status, body: await answer.json() };
}

const refused = async (path: string) => {
  const { status, body } = await get(path);
  return [status, body.code, body.errors?.[0]?.path ?? null];
};

const events = createEventSource({ source: "/test", ids: uuidIds, clock });

async function quote(symbol: string, bid: number): Promise<void> {
  const at = clock.now();
  const quote = {
    symbol: symbol as Symbol,
    bid: price(bid),
    ask: price(bid + 12),
    venueTime: epochMs(at - 7),
    receivedTime: at,
    sequence: 41,
  };
  await publishEvents(streams, topics.quotes, [
    events.event("quotes.received", writeQuotes("test", [quote])),
  ]);
  await eventually(() => deps.quotes.get(symbol) !== undefined);
}

Deno.test("GET /v1/instruments lists what can be traded, as text, with the market's session", async () => {
  const { status, body } = await get("/v1/instruments");
  assertEquals(status, 200);
  assertEquals(
    body.instruments.map((one: { symbol: string }) => one.symbol),
    instruments.map((one) => one.symbol as string),
  );
  assertEquals(body.instruments[0], {
    symbol: "EURGBP",
    base: "EUR",
    quote: "GBP",
    pricePrecision: 5,
    pip: "0.0001",
    unitsMin: "1",
    unitsMax: "100000000",
    unitsStep: "1",
    marginRate: "0.033333",
    spotLagDays: 2,
    guaranteedStop: { required: false, premium: "0.00010", distanceMin: "0.00100" },
    isOpen: true,
    nextOpen: "2026-01-11T22:00:00.000Z",
    nextClose: "2026-01-09T22:00:00.000Z",
  });
  const one = await get("/v1/instruments/USDJPY");
  assertEquals([one.status, one.body.pip, one.body.pricePrecision], [200, "0.01", 3]);
  assertEquals(await refused("/v1/instruments/ABCDEF"), [404, "not_found", null]);
  assertEquals((await refused("/v1/instruments/eurusd")).slice(0, 2), [400, "invalid_request"]);
});

Deno.test("GET /v1/quotes shows the latest price, its age and how far to trust it", async () => {
  assertEquals(await refused("/v1/quotes/EURUSD"), [404, "not_found", null]);
  await quote("EURUSD", 116_800);
  const first = await get("/v1/quotes/EURUSD");
  assertEquals(first.body, {
    symbol: "EURUSD",
    bid: "1.16800",
    ask: "1.16812",
    venueTime: "2026-01-07T11:59:59.993Z",
    receivedTime: "2026-01-07T12:00:00.000Z",
    sequence: 41,
    status: "live",
    ageMs: 0,
  });
  clock.advanceBy(6_000);
  await quote("USDJPY", 156_123);
  const listed = await get("/v1/quotes?symbols=USDJPY,EURUSD,GBPUSD,EURUSD");
  assertEquals(
    listed.body.quotes.map((one: Record<string, unknown>) => [one.symbol, one.status, one.ageMs]),
    [["USDJPY", "live", 0], ["EURUSD", "quiet", 6_000]],
  );
  assertEquals((await get("/v1/quotes")).body.quotes.length, 2);
  clock.advanceBy(3_000);
  assertEquals((await get("/v1/quotes/USDJPY")).body.status, "stale"); // the venue fell silent
  assertEquals(await refused("/v1/quotes?symbols=EURUSD,ABCDEF"), [404, "not_found", null]);
  assertEquals(await refused("/v1/quotes?symbols=,"), [400, "invalid_request", "query.symbols"]);
});

const day = Date.UTC(2026, 0, 6);
const barAt = (minute: number): Bar => ({
  symbol: "EURUSD" as Symbol,
  side: "bid",
  openTime: epochMs(day + minute * minuteMs),
  open: price(116_000 + minute),
  high: price(116_010 + minute),
  low: price(115_990 + minute),
  close: price(116_005 + minute),
  ticks: minute,
});

Deno.test("GET …/bars pages through a day, and without `from` gives the newest", async () => {
  await insertBars(deps.db, Array.from({ length: 1_440 }, (_, minute) => barAt(minute)));
  const minutes: string[] = [];
  let next: string | null = "2026-01-06T00:00:00Z";
  while (next !== null) {
    const query = new URLSearchParams({ side: "bid", from: next, limit: "500" });
    const { status, body } = await get(`/v1/instruments/EURUSD/bars?${query}`);
    assertEquals(status, 200);
    const page = barsView.parse(body);
    assert(page.bars.length <= 500);
    minutes.push(...page.bars.map((bar) => bar.openTime));
    next = page.next;
  }
  assertEquals(minutes, minutes.toSorted());
  assertEquals([minutes.length, new Set(minutes).size], [1_440, 1_440]);
  const newest = await get("/v1/instruments/EURUSD/bars?side=bid&limit=2");
  assertEquals(newest.body, {
    symbol: "EURUSD",
    side: "bid",
    granularity: "M1",
    alignment: "fx-day",
    source: "live",
    bars: [1_438, 1_439].map((minute) => ({
      openTime: new Date(day + minute * minuteMs).toISOString(),
      open: `1.${17_438 + minute - 1_438}`,
      high: `1.${17_448 + minute - 1_438}`,
      low: `1.${17_428 + minute - 1_438}`,
      close: `1.${17_443 + minute - 1_438}`,
      ticks: minute,
    })),
    next: null,
  });
});

Deno.test("GET …/bars takes a range in any zone, and nothing where nothing is stored", async () => {
  const range = "side=bid&from=2026-01-06T01:00:00%2B01:00&to=2026-01-06T00:03:00Z";
  const { body } = await get(`/v1/instruments/EURUSD/bars?${range}`);
  assertEquals([body.bars.length, body.bars[0].ticks, body.next], [3, 0, null]);
  assertEquals((await get("/v1/instruments/EURUSD/bars")).body, {
    symbol: "EURUSD",
    side: "mid",
    granularity: "M1",
    alignment: "fx-day",
    source: "live",
    bars: [],
    next: null,
  });
  const year0 = "side=bid&limit=1&from=0000-01-01T00:00:00Z&to=9999-12-31T23:59:59Z";
  assertEquals((await get(`/v1/instruments/EURUSD/bars?${year0}`)).body.bars.length, 1);
});

Deno.test("GET …/bars refuses unknown symbols, times that are none, sides and limits", async () => {
  const bars = "/v1/instruments/EURUSD/bars";
  assertEquals(await refused("/v1/instruments/ABCDEF/bars"), [404, "not_found", null]);
  for (
    const [query, path] of [
      ["from=yesterday", "query.from"],
      ["from=2026-01-06", "query.from"],
      ["from=2026-01-06T00:00:00", "query.from"],
      ["from=2026-02-30T00:00:00Z", "query.from"],
      ["to=1767657600000", "query.to"],
      ["side=last", "query.side"],
      ["limit=0", "query.limit"],
      ["limit=5001", "query.limit"],
      ["limit=ten", "query.limit"],
      ["limit=1.5", "query.limit"],
    ]
  ) {
    assertEquals(await refused(`${bars}?${query}`), [400, "invalid_request", path], query);
  }
});

describeRefusals({ name: "market-data", routes: marketDataRoutes, app: () => app });
