import { assertEquals } from "@std/assert";
import type { VenueOrder } from "../contracts/messages/orders.ts";
import { TradingHours } from "../domain/fx_week.ts";
import type { AccountId, ClientOrderId, OrderId } from "../domain/ids.ts";
import { price, type Symbol, units } from "../domain/instrument.ts";
import { plainTerms, type Replacement } from "../domain/orders/order.ts";
import type { Quote } from "../domain/quote.ts";
import { type EpochMs, epochMs, parseRfc3339 } from "../domain/time.ts";
import { createFillEngine, type FillEngineOptions } from "./fill_engine.ts";
import type { EngineEffects, FillEngine } from "./venue.ts";

const start = parseRfc3339("2026-01-14T13:00:00Z")!;
const friday = parseRfc3339("2026-01-16T21:59:59Z")!;
const sunday = parseRfc3339("2026-01-18T22:00:00Z")!;
const later = (ms: number): EpochMs => epochMs(start + ms);

const engine = (options: Partial<FillEngineOptions> = {}): FillEngine =>
  createFillEngine({ name: "simulator", seed: "seed", hours: new TradingHours(), ...options });

function order(terms: Partial<VenueOrder> = {}): VenueOrder {
  return {
    accountId: "demo" as AccountId,
    orderId: "demo.1" as OrderId,
    clientOrderId: "one" as ClientOrderId,
    symbol: "EURUSD" as Symbol,
    side: "buy",
    type: "market",
    timeInForce: "FOK",
    units: units(1_000),
    price: null,
    expireTime: null,
    ...plainTerms,
    ocoGroup: null,
    submittedTime: start,
    ...terms,
  };
}

const limit = (at: number, terms: Partial<VenueOrder> = {}): VenueOrder =>
  order({ type: "limit", timeInForce: "GTC", price: price(at), ...terms });

let sequence = 0;
function quote(bid: number, ask: number, at: EpochMs = start, symbol = "EURUSD"): Quote {
  return {
    symbol: symbol as Symbol,
    bid: price(bid),
    ask: price(ask),
    venueTime: at,
    receivedTime: at,
    sequence: ++sequence,
  };
}

/** Reports in brief: what happened and, of a trade, how much at which price. */
const brief = (effects: EngineEffects): string[] =>
  effects.reports.map((one) =>
    one.execType === "trade" ? `trade ${one.units}@${one.price}` : one.execType
  );

Deno.test("a market order fills at once at the standing quote: a buy at the ask, a sell at the bid", () => {
  const one = engine();
  one.quotes([quote(110_000, 110_010)], start);
  assertEquals(brief(one.submit(order(), start)), ["new", "trade 1000@110010"]);
  const sell = order({ side: "sell", orderId: "demo.2" as OrderId });
  const effects = one.submit(sell, start);
  assertEquals(brief(effects), ["new", "trade 1000@110000"]);
  assertEquals(effects.reports.map((report) => report.execId as string), ["demo.2-1", "demo.2-2"]);
  assertEquals([...effects.changes], [[sell.orderId, null]]);
  assertEquals(one.holds(sell.orderId), false);
});

Deno.test("a guaranteed stop fills whole at its price however far the market gaps, over a weekend too", () => {
  const one = engine({ slippagePoints: 3, partialShare: 1 });
  const guard = order({
    side: "sell",
    type: "stop",
    timeInForce: "GTC",
    triggerPrice: price(109_900),
    guaranteedPremium: price(10),
  });
  one.quotes([quote(110_000, 110_010, friday)], friday);
  assertEquals(brief(one.submit(guard, friday)), ["new"]);
  assertEquals(brief(one.quotes([quote(101_000, 101_500, sunday)], sunday)), [
    "triggered",
    "trade 1000@109900",
  ]);
});

Deno.test("a guaranteed stop is not moved to where the price already is, nor while there is none", () => {
  const one = engine();
  const guard = order({
    side: "sell",
    type: "stop",
    timeInForce: "GTC",
    triggerPrice: price(109_900),
    guaranteedPremium: price(10),
  });
  one.quotes([quote(110_000, 110_010)], start);
  one.submit(guard, start);
  const { units: size, price: none, timeInForce, expireTime } = guard;
  const plain = { units: size, price: none, timeInForce, expireTime };
  const moved = (revision: number, trigger: number, count = 1_000): Replacement => ({
    ...plain,
    units: units(count),
    revision,
    triggerPrice: price(trigger),
    trailingDistance: null,
    priceBound: null,
  });
  const { orderId } = guard;
  assertEquals(brief(one.replace(orderId, moved(1, 109_999), start)), ["replaced"]);
  assertEquals(brief(one.replace(orderId, moved(2, 110_000), start)), ["replace_rejected"]);
  const silent = later(60_000);
  assertEquals(brief(one.replace(orderId, moved(3, 109_000), silent)), ["replace_rejected"]);
  assertEquals(brief(one.replace(orderId, moved(4, 109_999, 500), silent)), ["replaced"]);
  assertEquals(brief(one.quotes([quote(90_000, 90_010, silent)], silent)), [
    "triggered",
    "trade 500@109999",
  ]);
});

Deno.test("slippage makes market orders worse and leaves limit orders alone", () => {
  const one = engine({ slippagePoints: 3 });
  one.quotes([quote(110_000, 110_010)], start);
  assertEquals(brief(one.submit(order(), start))[1], "trade 1000@110013");
  const sell = order({ side: "sell", orderId: "demo.2" as OrderId });
  assertEquals(brief(one.submit(sell, start))[1], "trade 1000@109997");
  const resting = limit(110_020, { orderId: "demo.3" as OrderId });
  assertEquals(brief(one.submit(resting, start))[1], "trade 1000@110010");
});

Deno.test("an order waits for its latency and then meets the price of that moment", () => {
  const one = engine({ latencyMs: 50 });
  one.quotes([quote(110_000, 110_010)], start);
  assertEquals(brief(one.submit(order(), start)), []);
  assertEquals(brief(one.advance(later(49))), []);
  // The first price came before the order reached the market, the second after.
  const prices = [quote(110_020, 110_030, later(40)), quote(110_040, 110_050, later(60))];
  assertEquals(brief(one.quotes(prices, later(60))), ["new", "trade 1000@110030"]);
});

Deno.test("a limit order fills when the market crosses it, at the quote when that is better", () => {
  const one = engine();
  one.quotes([quote(110_000, 110_010)], start);
  assertEquals(brief(one.submit(limit(109_990), start)), ["new"]);
  assertEquals(brief(one.quotes([quote(109_985, 109_991, later(1))], later(1))), []);
  const crossing = one.quotes([quote(109_970, 109_980, later(2))], later(2));
  assertEquals(brief(crossing), ["trade 1000@109980"]);
  const sell = limit(110_000, { side: "sell", orderId: "demo.2" as OrderId });
  assertEquals(brief(one.submit(sell, later(2))), ["new"]);
  assertEquals(brief(one.quotes([quote(110_000, 110_004, later(3))], later(3))), [
    "trade 1000@110000",
  ]);
});

Deno.test("an immediate limit order out of reach is canceled", () => {
  for (const timeInForce of ["IOC", "FOK"] as const) {
    const one = engine();
    one.quotes([quote(110_000, 110_010)], start);
    const effects = one.submit(limit(110_009, { timeInForce }), start);
    assertEquals(brief(effects), ["new", "canceled"]);
    assertEquals(effects.reports[1]!.text, "no price within the limit");
  }
});

Deno.test("where liquidity is short IOC trades a part, FOK nothing, and GTC goes on", () => {
  const terms = { units: units(10_000) };
  for (const [timeInForce, wanted] of [["IOC", "canceled"], ["FOK", "canceled"]] as const) {
    const one = engine({ partialShare: 1 });
    one.quotes([quote(110_000, 110_010)], start);
    const reports = one.submit(order({ ...terms, timeInForce }), start).reports;
    assertEquals(reports.at(-1)!.execType, wanted);
    const traded = reports.flatMap((report) => report.execType === "trade" ? [report.units] : []);
    assertEquals(traded.length, timeInForce === "IOC" ? 1 : 0);
  }
  const one = engine({ partialShare: 1 });
  let filled = 0;
  const take = (effects: EngineEffects) => {
    for (const one of effects.reports) if (one.execType === "trade") filled += one.units;
  };
  take(one.submit(limit(110_010, terms), start));
  for (let ms = 1; one.holds("demo.1" as OrderId); ms++) {
    const before = filled;
    take(one.quotes([quote(110_000, 110_010, later(ms))], later(ms)));
    assertEquals(filled > before, true);
  }
  assertEquals(filled, 10_000);
});

Deno.test("parts keep to the instrument's step", () => {
  const one = engine({ partialShare: 1 });
  const symbol = "USDNOK" as Symbol;
  const order = limit(1_050_000, { symbol, units: units(1_300) });
  one.submit(order, start);
  for (let ms = 1; one.holds(order.orderId); ms++) {
    const at = later(ms);
    for (const report of one.quotes([quote(1_000_000, 1_000_900, at, symbol)], at).reports) {
      assertEquals(report.execType === "trade" && report.units % 100 === 0, true);
    }
  }
});

Deno.test("a part that traded waits for a newer quote of its symbol", () => {
  const one = engine({ partialShare: 1 });
  one.submit(limit(110_010, { units: units(10_000) }), start);
  const seen = quote(110_000, 110_010, later(1));
  assertEquals(one.quotes([seen], later(1)).reports.length, 1);
  assertEquals(one.quotes([seen, { ...seen, sequence: seen.sequence - 1 }], later(2)), {
    reports: [],
    changes: new Map(),
  });
});

Deno.test("the venue may reject, and then never acknowledges", () => {
  const one = engine({ rejectShare: 1, latencyMs: 10 });
  one.submit(order(), start);
  const effects = one.advance(later(10));
  assertEquals(brief(effects), ["rejected"]);
  assertEquals([...effects.changes.values()], [null]);
});

Deno.test("an order whose end came before its price arrived ends on the first price it misses", () => {
  const one = engine();
  one.submit(limit(109_000, { timeInForce: "GTD", expireTime: later(100) }), start);
  const prices = [quote(108_000, 108_010, later(90)), quote(1, 2, later(95), "GBPUSD")];
  const [report] = one.quotes(prices, later(120)).reports;
  assertEquals([report?.execType, report?.mark?.quotedAt], ["expired", later(90)]);
});

Deno.test("what is due after a price was received may be left for a later look", () => {
  const one = engine({ latencyMs: 100 });
  one.submit(order(), start);
  assertEquals(brief(one.quotes([quote(1, 2, later(90))], later(120), later(99))), []);
  assertEquals(brief(one.advance(later(120))), ["new", "trade 1000@2"]);
});

Deno.test("a GTD order expires at its time, before a price of the same moment", () => {
  const one = engine();
  one.submit(limit(109_000, { timeInForce: "GTD", expireTime: later(1_000) }), start);
  assertEquals(brief(one.advance(later(999))), []);
  const late = quote(108_000, 108_010, later(1_000));
  assertEquals(brief(one.quotes([late], later(1_000))), ["expired"]);
  const early = engine({ latencyMs: 100 });
  early.submit(limit(109_000, { timeInForce: "GTD", expireTime: later(50) }), start);
  assertEquals(brief(early.advance(later(100))), ["expired"]);
});

Deno.test("cancel() ends a held order, also on its way, and is refused when it has just filled", () => {
  const one = engine({ latencyMs: 50 });
  one.submit(limit(109_000), start);
  assertEquals(brief(one.cancel("demo.1" as OrderId, later(10))), ["canceled"]);
  assertEquals(one.cancel("demo.1" as OrderId, later(11)).reports, []);
  one.quotes([quote(110_000, 110_010, later(20))], later(20));
  one.submit(order({ orderId: "demo.2" as OrderId }), later(20));
  const crossed = one.cancel("demo.2" as OrderId, later(70));
  assertEquals(brief(crossed), ["new", "trade 1000@110010", "cancel_rejected"]);
  assertEquals(crossed.reports.at(-1)!.execId as string, "demo.2-3");
});

Deno.test("a submit come again while the order is held changes nothing", () => {
  const one = engine();
  one.submit(limit(109_000), start);
  assertEquals(one.submit(limit(109_000), later(5)), { reports: [], changes: new Map() });
});

Deno.test("nothing fills while the market is closed: orders that rest wait, others end", () => {
  const one = engine();
  one.quotes([quote(110_000, 110_010, friday)], friday);
  const closed = epochMs(friday + 1_500);
  assertEquals(brief(one.submit(order(), closed)), ["new", "canceled"]);
  const resting = limit(110_020, { orderId: "demo.2" as OrderId });
  assertEquals(brief(one.submit(resting, closed)), ["new"]);
  assertEquals(brief(one.quotes([quote(110_000, 110_010, closed)], closed)), []);
  assertEquals(brief(one.advance(epochMs(sunday + 10), epochMs(sunday + 10))), []);
  assertEquals(brief(one.quotes([quote(110_000, 110_011, sunday)], sunday)), [
    "trade 1000@110011",
  ]);
});

Deno.test("a stale price fills nothing; an immediate order waits a while for a fresh one", () => {
  const one = engine();
  const old = quote(110_000, 110_010, start);
  assertEquals(brief(one.quotes([old], later(60_000))), []);
  assertEquals(brief(one.submit(order(), later(60_000))), ["new"]);
  const fresh = quote(110_000, 110_012, later(61_000));
  assertEquals(brief(one.quotes([fresh], later(61_000))), ["trade 1000@110012"]);
  assertEquals(brief(one.submit(order({ orderId: "demo.2" as OrderId }), later(70_000))), ["new"]);
  assertEquals(brief(one.advance(later(74_999))), []);
  assertEquals(brief(one.advance(later(75_000))), ["canceled"]);
});

Deno.test("a withdrawn price fills nothing, until it is restored or a new one comes", () => {
  const venue = engine();
  venue.quotes([quote(110_000, 110_010)], start);
  const gone = { withdrawn: ["EURUSD"], restored: [] };
  assertEquals(brief(venue.stands(gone, later(10))), []);
  assertEquals(brief(venue.submit(order(), later(20))), ["new"]);
  assertEquals(brief(venue.submit(limit(110_020, { orderId: "demo.2" as OrderId }), later(20))), [
    "new",
  ]);
  assertEquals(brief(venue.advance(later(500), later(500))), []);
  const back = { withdrawn: [], restored: ["EURUSD"] };
  assertEquals(brief(venue.stands(back, later(600))), ["trade 1000@110010", "trade 1000@110010"]);
  venue.stands(gone, later(700));
  assertEquals(brief(venue.submit(order({ orderId: "demo.3" as OrderId }), later(710))), ["new"]);
  const fresh = quote(110_002, 110_012, later(800));
  assertEquals(brief(venue.quotes([fresh], later(800))), ["trade 1000@110012"]);
});

Deno.test("a quiet price still fills while the venue is heard", () => {
  const one = engine();
  one.quotes([quote(110_000, 110_010)], start);
  one.advance(later(20_000), later(19_500));
  assertEquals(brief(one.submit(order(), later(20_000))), ["new", "trade 1000@110010"]);
});

Deno.test("quotes of a backlog fill nothing until the feed has caught up", () => {
  const one = engine();
  one.submit(limit(110_000), later(60_000));
  const crossed = quote(109_900, 109_910, later(10_000));
  const now = quote(110_000, 110_010, later(60_500));
  assertEquals(brief(one.quotes([crossed, now], later(60_600))), []);
});

Deno.test("a sign of life after silence lets waiting orders trade at the standing price", () => {
  const one = engine();
  one.quotes([quote(110_000, 110_010)], start);
  assertEquals(brief(one.submit(order(), later(3_000))), ["new"]);
  assertEquals(brief(one.advance(later(3_100), later(3_100))), ["trade 1000@110010"]);
});

const terms = (held: VenueOrder, over: Partial<Replacement>): Replacement => ({
  revision: 1,
  units: held.units,
  price: held.price,
  timeInForce: held.timeInForce,
  expireTime: held.expireTime,
  triggerPrice: held.triggerPrice,
  trailingDistance: held.trailingDistance,
  priceBound: held.priceBound,
  ...over,
});

Deno.test("a replaced order trades under its new terms at once, and only once per revision", () => {
  const one = engine();
  one.quotes([quote(110_000, 110_010)], start);
  const resting = limit(109_990);
  one.submit(resting, start);
  const better = terms(resting, { units: units(3_000), price: price(110_010) });
  assertEquals(brief(one.replace(resting.orderId, better, later(1))), [
    "replaced",
    "trade 3000@110010",
  ]);
  assertEquals(brief(one.replace(resting.orderId, better, later(2))), []);
});

Deno.test("the new size of a replace counts what is filled; no more than that ends the order", () => {
  const one = engine({ partialShare: 1 });
  const resting = limit(110_010, { units: units(10_000) });
  one.submit(resting, start);
  const [trade] = one.quotes([quote(110_000, 110_010)], start).reports;
  const filled = trade?.execType === "trade" ? trade.units : 0;
  const same = terms(resting, { revision: 2, units: units(filled) });
  assertEquals(brief(one.replace(resting.orderId, same, later(1))), ["canceled"]);
  assertEquals(one.holds(resting.orderId), false);
});

Deno.test("an order that expires before its replace arrives refuses it, and says so once", () => {
  const one = engine();
  const resting = limit(109_990, { timeInForce: "GTD", expireTime: later(5) });
  one.submit(resting, start);
  const longer = terms(resting, { expireTime: later(50) });
  assertEquals(brief(one.replace(resting.orderId, longer, later(6))), [
    "expired",
    "replace_rejected",
  ]);
  assertEquals(brief(one.replace(resting.orderId, longer, later(7))), []);
});

Deno.test("a replaced trailing stop keeps the best price it has seen", () => {
  const one = engine();
  const at = (bid: number, ms: number) =>
    brief(one.quotes([quote(bid, bid + 2, later(ms))], later(ms)));
  const trailing = order({
    type: "trailing_stop",
    side: "sell",
    timeInForce: "GTC",
    trailingDistance: price(50),
  });
  at(110_000, 0);
  one.submit(trailing, start);
  at(110_100, 1);
  assertEquals(at(110_060, 2), []);
  const tighter = terms(trailing, { trailingDistance: price(30) });
  assertEquals(brief(one.replace(trailing.orderId, tighter, later(3))), [
    "replaced",
    "triggered",
    "trade 1000@110060",
  ]);
});
