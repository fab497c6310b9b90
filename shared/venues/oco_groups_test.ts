import { assert, assertEquals } from "@std/assert";
import type { VenueOrder } from "../contracts/messages/orders.ts";
import { tradingHours } from "../domain/fx_week.ts";
import type { AccountId, ClientOrderId, OrderId } from "../domain/ids.ts";
import { price, type Symbol, units } from "../domain/instrument.ts";
import { plainTerms } from "../domain/orders/order.ts";
import { epochMs } from "../domain/time.ts";
import { createFillEngine } from "./fill_engine.ts";

const now = epochMs(Date.UTC(2026, 0, 14, 13));

const limit = (orderId: string, over: Partial<VenueOrder>): VenueOrder => ({
  ...plainTerms,
  accountId: "demo" as AccountId,
  orderId: orderId as OrderId,
  clientOrderId: orderId as ClientOrderId,
  symbol: "EURUSD" as Symbol,
  side: "buy",
  type: "limit",
  timeInForce: "GTC",
  units: units(10_000),
  price: price(110_010),
  expireTime: null,
  ocoGroup: "demo.1",
  submittedTime: now,
  ...over,
});

/** Two orders of one group, the first of which has traded at the price that stands. */
function twoOf({ over = {}, partialShare = 0 }: {
  over?: Partial<VenueOrder>;
  partialShare?: number;
}) {
  const hours = tradingHours("always");
  const engine = createFillEngine({ name: "simulator", seed: "seed", hours, partialShare });
  const other = limit("demo.2", { price: price(109_000), ...over, units: units(10_000) });
  engine.submit(limit("demo.1", over), now);
  engine.submit(other, now);
  const quote = { symbol: other.symbol, bid: price(110_000), ask: price(110_010) };
  const times = { venueTime: now, receivedTime: now, sequence: 1 };
  const { reports, changes } = engine.quotes([{ ...quote, ...times }], now);
  const traded = reports[0]?.execType === "trade" ? reports[0].units : 0;
  return { engine, other, traded, left: changes.get(other.orderId)?.remaining };
}

Deno.test("an order that is done ends its group; an exit leaves what it was too small for", () => {
  const four = { units: units(4_000) };
  assertEquals(twoOf({ over: four }).left, undefined);
  const exit = twoOf({ over: { ...four, clientOrderId: "sw:demo.1" as ClientOrderId } });
  assertEquals(exit.left, units(6_000));
});

Deno.test("what its group traded stays off an order, whatever its replaces know of it", () => {
  for (const asked of [9_000, 10_000, 15_000]) {
    const { engine, other, traded } = twoOf({ partialShare: 1 });
    assert(traded > 1_000);
    const { price, timeInForce, expireTime, triggerPrice, trailingDistance, priceBound } = other;
    const rest = { price, timeInForce, expireTime, triggerPrice, trailingDistance, priceBound };
    const replacement = { ...rest, revision: 1, units: units(asked) };
    const { changes } = engine.replace(other.orderId, replacement, now);
    const left = units(Math.max(asked, 10_000) - traded);
    assertEquals(changes.get(other.orderId)?.remaining, left, `asked for ${asked}`);
  }
});
