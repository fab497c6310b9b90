import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { VenueOrder } from "../contracts/messages/orders.ts";
import { TradingHours } from "../domain/fx_week.ts";
import type { AccountId, ClientOrderId, OrderId } from "../domain/ids.ts";
import { price, type Symbol, units } from "../domain/instrument.ts";
import { type OrderTerms, plainTerms } from "../domain/orders/order.ts";
import type { Quote } from "../domain/quote.ts";
import { type EpochMs, epochMs, parseRfc3339 } from "../domain/time.ts";
import { createFillEngine, type FillEngineOptions } from "./fill_engine.ts";
import type { EngineEffects } from "./venue.ts";

const start = parseRfc3339("2026-01-14T13:00:00Z")!;

function order(terms: Partial<OrderTerms>): VenueOrder {
  return {
    accountId: "demo" as AccountId,
    orderId: "demo.1" as OrderId,
    clientOrderId: "one" as ClientOrderId,
    symbol: "EURUSD" as Symbol,
    side: "buy",
    type: "stop",
    timeInForce: "GTC",
    units: units(1_000),
    price: null,
    expireTime: null,
    ...plainTerms,
    ocoGroup: null,
    ...terms,
    submittedTime: start,
  };
}

const brief = (effects: EngineEffects): string[] =>
  effects.reports.map((one) =>
    one.execType === "trade" ? `trade ${one.units}@${one.price}` : one.execType
  );

/** An engine that stands at a price, and a way to move it. */
function market(bid: number, ask: number, options: Partial<FillEngineOptions> = {}) {
  const engine = createFillEngine({
    name: "simulator",
    seed: "seed",
    hours: new TradingHours(),
    ...options,
  });
  let sequence = 0;
  const move = (bid: number, ask: number): string[] => {
    const at: EpochMs = epochMs(start + ++sequence);
    const quote: Quote = {
      symbol: "EURUSD" as Symbol,
      bid: price(bid),
      ask: price(ask),
      venueTime: at,
      receivedTime: at,
      sequence,
    };
    return brief(engine.quotes([quote], at));
  };
  move(bid, ask);
  const submit = (terms: Partial<OrderTerms>) =>
    brief(engine.submit(order(terms), epochMs(start + sequence)));
  return { engine, move, submit };
}

Deno.test("a stop fires at its price on its own side and trades at the market, slipped", () => {
  const { move, submit } = market(100_000, 100_010, { slippagePoints: 2 });
  assertEquals(submit({ triggerPrice: price(100_020) }), ["new"]);
  assertEquals(move(100_020, 100_019), []);
  assertEquals(move(100_025, 100_035), ["triggered", "trade 1000@100037"]);
  const sell = market(100_000, 100_010);
  assertEquals(sell.submit({ side: "sell", triggerPrice: price(99_990) }), ["new"]);
  assertEquals(sell.move(99_991, 99_992), []);
  assertEquals(sell.move(99_990, 100_500), ["triggered", "trade 1000@99990"]);
});

Deno.test("the trigger side chooses the price that is watched; the mid counts half points", () => {
  const fires = (triggerSide: OrderTerms["triggerSide"], bid: number, ask: number) => {
    const { move, submit } = market(99_000, 99_001);
    submit({ triggerPrice: price(100_000), triggerSide });
    return move(bid, ask).length > 0;
  };
  assertEquals([fires("default", 99_000, 100_000), fires("ask", 99_000, 99_999)], [true, false]);
  assertEquals([fires("bid", 100_000, 100_005), fires("bid", 99_999, 100_005)], [true, false]);
  assertEquals([fires("opposite", 100_000, 100_005), fires("opposite", 99_999, 100_005)], [
    true,
    false,
  ]);
  assertEquals([fires("mid", 99_999, 100_001), fires("mid", 99_998, 100_001)], [true, false]);
});

Deno.test("an order to be touched fires on the better side; a stop-limit then keeps its limit", () => {
  const touched = market(100_000, 100_010);
  assertEquals(touched.submit({ type: "market_if_touched", triggerPrice: price(99_990) }), ["new"]);
  assertEquals(touched.move(99_981, 99_991), []);
  assertEquals(touched.move(99_970, 99_980), ["triggered", "trade 1000@99980"]);
  const limited = market(100_000, 100_010);
  limited.submit({ type: "stop_limit", triggerPrice: price(100_020), price: price(100_025) });
  assertEquals(limited.move(100_030, 100_040), ["triggered"]);
  assertEquals(limited.move(100_010, 100_026), []);
  assertEquals(limited.move(100_010, 100_025), ["trade 1000@100025"]);
});

Deno.test("a price beyond the bound ends a market order and a stop that was set off", () => {
  const { submit } = market(100_000, 100_010, { slippagePoints: 1 });
  const bound = (priceBound: number) =>
    ({ type: "market", timeInForce: "FOK", priceBound: price(priceBound) }) as const;
  assertEquals(submit(bound(100_010)), ["new", "canceled"]);
  assertEquals(submit(bound(100_011)), ["new", "trade 1000@100011"]);
  const stop = market(100_000, 100_010);
  stop.submit({ triggerPrice: price(100_020), priceBound: price(100_030) });
  assertEquals(stop.move(100_040, 100_050), ["triggered", "canceled"]);
});

Deno.test("a stop that is set off trades on, price after price, until all of it is done", () => {
  const { move, submit } = market(100_000, 100_010, { partialShare: 1 });
  submit({ triggerPrice: price(100_020), units: units(10_000) });
  const said: string[] = [];
  for (let ask = 100_020; ask < 100_120; ask++) said.push(...move(ask - 10, ask));
  assertEquals(said[0], "triggered");
  const traded = said.slice(1).map((one) => Number(/ (\d+)@/.exec(one)![1]));
  assertEquals(traded.reduce((sum, one) => sum + one, 0), 10_000);
});

Deno.test("a trailing stop follows the best price, never back, and fires at its distance", () => {
  const walk = fc.array(fc.integer({ min: 99_900, max: 100_100 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(walk, fc.integer({ min: 1, max: 60 }), fc.boolean(), (path, distance, buys) => {
      const { move, submit } = market(100_000, 100_000);
      submit({
        side: buys ? "buy" : "sell",
        type: "trailing_stop",
        trailingDistance: price(distance),
      });
      let best = 100_000;
      for (const at of path) {
        best = buys ? Math.min(best, at) : Math.max(best, at);
        const fires = Math.abs(at - best) >= distance;
        assertEquals(move(at, at), fires ? ["triggered", `trade 1000@${at}`] : []);
        if (fires) return;
      }
    }),
    { numRuns: 200 },
  );
});
