// Goal: a stop-out and a kill close positions in one and the same way, and each by its own name.
// Method: the desk's rules and the venue's engine face to face (`testing/linked_world.ts`).

import { assertEquals } from "@std/assert";
import { tradingHours } from "../../../shared/domain/fx_week.ts";
import { type Symbol, units } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { killPrefix, stopOutPrefix } from "../../../shared/domain/margin.ts";
import { micros } from "../../../shared/domain/money.ts";
import { epochMs } from "../../../shared/domain/time.ts";
import type { OrderAccepted } from "../../../shared/domain/transaction.ts";
import { accountId, World } from "../testing/linked_world.ts";
import { closeAtMarket, type ClosedBy } from "./close_at_market.ts";
import type { Booked } from "./decision.ts";

const symbol = "EURUSD" as Symbol;
const stopOut: ClosedBy = { reason: "stop_out", tag: null };
const kill: ClosedBy = { reason: "kill_switch", tag: "k-1" };
const market = { type: "market", price: undefined, timeInForce: "IOC" } as const;

function holding(...sizes: number[]): World {
  const world = new World({ deposit: micros(100_000_000_000_000n) });
  for (const size of sizes) {
    world.place({ ...market, side: size > 0 ? "buy" : "sell", units: String(Math.abs(size)) });
    world.deliver();
  }
  return world;
}
const ordersOf = (booked: readonly Booked[]) =>
  booked.map(({ transaction }) => {
    const { terms, reason, arrival } = transaction as OrderAccepted;
    const { side, units, type, timeInForce, positionFill, tag } = terms;
    const [prefix] = terms.clientOrderId.split(symbol);
    return { side, units, type, timeInForce, positionFill, tag, prefix, reason, met: arrival?.bid };
  });

Deno.test("both close by a reduce-only market order of the platform's own, told apart by its name", () => {
  for (const [by, prefix] of [[stopOut, stopOutPrefix], [kill, killPrefix]] as const) {
    for (const held of [30_000, -20_000]) {
      const world = holding(held);
      const { account } = world;
      const closings = [{ symbol, units: units(held) }];
      const booked = closeAtMarket(account, closings, { by, market: world.market });
      assertEquals(ordersOf(booked) as unknown, [{
        side: held > 0 ? "sell" : "buy",
        units: Math.abs(held),
        type: "market",
        timeInForce: "IOC",
        positionFill: "reduce_only",
        tag: by.tag,
        prefix,
        reason: by.reason,
        met: 100_000,
      }]);
    }
  }
});

Deno.test("what does not trade now is left for later", () => {
  const world = holding(30_000);
  const closings = [{ symbol, units: units(30_000) }];
  const saturday = epochMs(Date.UTC(2026, 0, 10, 12));
  const late = epochMs(world.market.now + 3_600_000);
  for (const by of [stopOut, kill]) {
    for (
      const market of [
        { ...world.market, now: saturday, hours: tradingHours("fx-week") },
        { ...world.market, now: late }, // the price is stale
      ]
    ) assertEquals(closeAtMarket(world.account, closings, { by, market }), []);
    const unpriced = [{ symbol: "GBPUSD" as Symbol, units: units(1_000) }];
    assertEquals(closeAtMarket(world.account, unpriced, { by, market: world.market }), []);
  }
});

Deno.test("a position larger than one order may be is flattened by several, one after the other", () => {
  const { unitsMax } = instrumentOf(symbol);
  const world = holding(unitsMax, unitsMax, 1_000);
  assertEquals(world.position, 2 * unitsMax + 1_000);
  const flatten = () => {
    const { booked } = world.do({ kind: "flatten", accountId, symbol: null, killId: "k-1" });
    return ordersOf(booked).map((one) => Number(one.units));
  };
  assertEquals(flatten(), [unitsMax]);
  assertEquals(flatten(), [unitsMax]);
  assertEquals(flatten(), [1_000]);
  assertEquals(flatten(), [], "all of it is being closed");
  world.deliver();
  assertEquals(world.position, 0);
});
