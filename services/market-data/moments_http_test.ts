// Goal: prices and sessions of a moment over HTTP. Method: the real app over a history in memory.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { conversionView, sessionView } from "../../shared/contracts/http/market_history.ts";
import type { TickColumns } from "../../shared/domain/columns.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { epochMs, parseRfc3339 } from "../../shared/domain/time.ts";
import { MemoryHistory } from "../../shared/testing/memory_history.ts";
import { ticksOf } from "../../shared/testing/random_ticks.ts";
import { startTestMarket } from "./testing/test_market.ts";

const EURUSD = "EURUSD" as Symbol;
const at = (text: string): number => parseRfc3339(text)!;
const start = at("2019-02-05T10:00:00Z");

async function market(now = "2019-02-06T12:00:00Z") {
  const history = new MemoryHistory();
  return { history, ...await startTestMarket({ history, now: at(now) }) };
}

const single = (bid: number, ask: number, time: number): TickColumns =>
  ticksOf([{ stepMs: 0, bid, spread: ask - bid, volume: 1 }], time);

Deno.test("GET /v1/conversions goes straight, backwards or through a cross, and says how old", async () => {
  const { history, json } = await market();
  const put = (symbol: string, tick: TickColumns) =>
    history.putTicks({ symbol: symbol as Symbol, source: "loaded" }, tick);
  put("EURUSD", single(114_000, 114_003, start));
  put("USDJPY", single(109_900, 109_902, start + 1_000));
  const convert = async (query: string) =>
    (await json(`/v1/conversions?source=loaded&at=2019-02-05T10:00:10Z&${query}`)).body;
  const direct = conversionView.parse(await convert("from=EUR&to=USD&amount=1000"));
  assertEquals([direct.rate, direct.converted], ["1.140015000000", "1140.015000"]);
  assertEquals(direct.path, [{
    symbol: "EURUSD",
    inverse: false,
    mid: "1.140015",
    time: "2019-02-05T10:00:00.000Z",
    ageMs: 10_000,
    openAgeMs: 10_000,
  }]);
  const inverse = await convert("from=USD&to=EUR&amount=-1140.015");
  assertEquals([inverse.converted, inverse.path[0].inverse], ["-1000.000000", true]);
  const cross = await convert("from=EUR&to=JPY&amount=2");
  assertEquals(cross.path.map((leg: { symbol: string }) => leg.symbol), ["EURUSD", "USDJPY"]);
  assertEquals(cross.rate, "125.288788515000"); // 1.140015 times 109.901
  const back = await convert("from=JPY&to=EUR");
  assertEquals(back.path.map((leg: { inverse: boolean }) => leg.inverse), [true, true]);
  const same = await convert("from=CHF&to=CHF&amount=7.5");
  assertEquals([same.rate, same.converted, same.path], ["1.000000000000", "7.500000", []]);
});

Deno.test("GET /v1/conversions refuses a missing rate and an old one; closed hours do not age", async () => {
  const { history, json, refused } = await market();
  const friday = at("2019-02-08T21:59:00Z"); // a minute before the close
  history.putTicks(
    { symbol: "GBPUSD" as Symbol, source: "loaded" },
    single(130_000, 130_002, friday),
  );
  const path = (time: string) => `/v1/conversions?source=loaded&from=GBP&to=USD&at=${time}`;
  assertEquals(await refused(path("2019-02-08T21:58:59Z")), [422, "rate_missing", null]);
  assertEquals(await refused(path("2019-02-08T21:58:59Z").replace("GBP", "XAG")), [
    422,
    "rate_missing",
    null,
  ]);
  const sunday = (await json(path("2019-02-10T22:30:00Z"))).body;
  assertEquals([sunday.path[0].ageMs, sunday.path[0].openAgeMs], [174_660_000, 1_860_000]);
  assertEquals(await refused(path("2019-02-10T23:30:00Z")), [422, "rate_too_old", null]);
  assertEquals((await json(`${path("2019-02-10T23:30:00Z")}&ageMsMax=604800000`)).status, 200);
  assertEquals(await refused(path("2019-06-01T00:00:00Z")), [422, "rate_too_old", null]);
  const { detail } = (await json(path("2019-06-01T00:00:00Z").replace("USD", "JPY"))).body;
  assertStringIncludes(detail, "The newest price of GBPUSD was more than two weeks old");
});

Deno.test("GET /v1/conversions has the price of any age it may be asked for, over holidays too", async () => {
  const { history, json, refused } = await market("2019-02-05T12:00:00Z");
  const friday = at("2018-12-21T21:59:00Z"); // a minute before the close, and Christmas after it
  history.putTicks(
    { symbol: "GBPUSD" as Symbol, source: "loaded" },
    single(130_000, 130_002, friday),
  );
  const path = "/v1/conversions?source=loaded&from=GBP&to=USD&ageMsMax=604800000&at=";
  const { body } = await json(`${path}2019-01-02T22:00:00Z`);
  assertEquals(body.path[0].openAgeMs, 144 * 3_600_000 + 60_000);
  assertEquals(await refused(`${path}2019-01-03T22:00:00Z`), [422, "rate_too_old", null]);
});

Deno.test("GET /v1/conversions reads mid bars where there are no ticks, at the close of one that has ended", async () => {
  const { history, json } = await market();
  const price = Int32Array.of(130_000, 130_010, 130_010);
  history.putBars({ symbol: "GBPUSD" as Symbol, source: "live", side: "mid", intervalMs: 60_000 }, {
    length: 3,
    openTime: Float64Array.of(start, start + 60_000, start + 120_000),
    open: price,
    high: price,
    low: price,
    close: price,
    ticks: Int32Array.of(5, 5, 0), // the last is flat: its price is as old as the bar before
    volume: null,
  });
  const rateAt = async (time: string) => {
    const { body } = await json(`/v1/conversions?from=GBP&to=USD&at=2019-02-05T${time}Z`);
    return [body.rate, body.path[0].ageMs];
  };
  assertEquals(await rateAt("10:01:30"), ["1.300000000000", 30_000]);
  assertEquals(await rateAt("10:02:00"), ["1.300100000000", 0]);
  assertEquals(await rateAt("10:03:00"), ["1.300100000000", 60_000]);
});

Deno.test("GET /v1/conversions takes the middle of bid and ask bars of the same minute", async () => {
  const { history, json, refused } = await market();
  const put = (side: "bid" | "ask", minutes: number[], closes: number[], ticks: number[]) => {
    const price = Int32Array.from(closes);
    const prices = { open: price, high: price, low: price, close: price };
    history.putBars({ symbol: "GBPUSD" as Symbol, source: "loaded", side, intervalMs: 60_000 }, {
      length: minutes.length,
      openTime: Float64Array.from(minutes, (minute) => start + 60_000 * minute),
      ...prices,
      ticks: Int32Array.from(ticks),
      volume: null,
    });
  };
  const path = (time: string) =>
    `/v1/conversions?source=loaded&from=GBP&to=USD&at=2019-02-05T${time}Z`;
  const rateAt = async (time: string) => {
    const { body } = await json(path(time));
    const [leg] = conversionView.parse(body).path;
    return [leg!.mid, leg!.ageMs];
  };
  put("bid", [0, 1, 2, 4], [130_000, 130_010, 130_020, 130_040], [-1, 3, 3, 0]);
  assertEquals(await refused(path("10:05:00")), [422, "rate_missing", null]);
  put("ask", [0, 1, 3, 4], [130_003, 130_012, 130_030, 130_040], [-1, 3, 3, 0]);
  assertEquals(await rateAt("10:01:30"), ["1.300015", 30_000]);
  assertEquals(await rateAt("10:02:00"), ["1.300110", 0]);
  // The third and the fourth minute have one side only, the fifth is flat.
  assertEquals(await rateAt("10:05:00"), ["1.300110", 180_000]);
  assertEquals(await refused(path("10:00:59")), [422, "rate_missing", null]);
  history.putTicks(
    { symbol: "GBPUSD" as Symbol, source: "loaded" },
    single(130_050, 130_051, start + 150_000),
  );
  assertEquals(await rateAt("10:05:00"), ["1.300505", 150_000]);
});

Deno.test("GET …/session says why a moment is closed, and when it opens next", async () => {
  const { json, deps, clock } = await market("2019-02-05T10:00:00Z");
  const session = async (query: string, symbol = "EURUSD") => {
    const { body } = await json(`/v1/instruments/${symbol}/session${query}`);
    const { isOpen, reason, nextOpen } = sessionView.parse(body);
    return [isOpen, reason, nextOpen];
  };
  const sunday = "2019-02-10T22:00:00.000Z";
  assertEquals(await session("?at=2019-02-06T10:00:00Z"), [true, null, sunday]);
  assertEquals(await session("?at=2019-02-09T10:00:00Z"), [false, "weekend", sunday]);
  assertEquals(await session("?at=2019-12-25T10:00:00Z"), [
    false,
    "holiday",
    "2019-12-25T22:00:00.000Z",
  ]);
  // Gold rests an hour each evening.
  const evening = "2019-02-06T23:00:00.000Z";
  assertEquals(await session("?at=2019-02-06T22:30:00Z", "XAUUSD"), [
    false,
    "daily_break",
    evening,
  ]);
  assertEquals(await session("?at=2019-02-06T10:00:00Z", "XAUUSD"), [true, null, evening]);
  assertEquals(await session(""), [false, "venue_silent", sunday]);
  deps.quotes.heard(clock.now());
  assertEquals(await session(""), [true, null, sunday]);
  clock.advanceBy(2_001);
  assertEquals((await session(""))[1], "venue_silent");
  // A word from the future, after the clock was set back, keeps no dead feed alive.
  deps.quotes.heard(epochMs(clock.now() + 8_000));
  assertEquals((await session(""))[1], "venue_silent");
});

Deno.test("GET …/session knows a past interruption by the minutes that are missing", async () => {
  const { history, json } = await market();
  const flat = new Int32Array(2);
  history.putBars({ symbol: EURUSD, source: "live", side: "mid", intervalMs: 60_000 }, {
    length: 2,
    openTime: Float64Array.of(start, start + 120_000),
    open: flat,
    high: flat,
    low: flat,
    close: flat,
    ticks: flat,
    volume: null,
  });
  const reasonAt = async (time: string) =>
    (await json(`/v1/instruments/EURUSD/session?at=2019-02-05T${time}Z`)).body.reason;
  assertEquals(await reasonAt("10:00:30"), null);
  assertEquals(await reasonAt("10:01:30"), "venue_silent");
  assertEquals(await reasonAt("10:03:30"), null, "nothing is known there");
});
