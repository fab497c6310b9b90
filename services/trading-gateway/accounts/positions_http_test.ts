// Goal: over HTTP an account shows its positions net and by leg, and its lots, whichever way it
// keeps them, and hedging accounts are charged, stated and audited leg by leg. Method: the real
// gateway over a real PGlite, fills by reports as a venue sends them.

import { assert, assertEquals } from "@std/assert";
import type { AccountId, ExecId, OrderId } from "../../../shared/domain/ids.ts";
import { price, type Symbol, units } from "../../../shared/domain/instrument.ts";
import { epochMs } from "../../../shared/domain/time.ts";
import { refusalAuthenticate } from "../../../shared/testing/refusal_suite.ts";
import { auditBooks } from "../audit/audit_books.ts";
import { openTestTrading } from "../testing/test_trading.ts";

const trading = await openTestTrading({
  startsAt: "2026-03-04T12:00:00Z",
  authenticate: refusalAuthenticate,
});
const { send, deps, clock } = trading;
await deps.rolls.tick();
await trading.quote("EURUSD", 116_000);
let fills = 0;

/** Trades signed units; the transaction of the fill. */
async function trade(accountId: string, signed: number, at: number, over: object = {}) {
  const placed = await send("POST", `/v1/accounts/${accountId}/orders`, {
    body: {
      clientOrderId: `o-${fills}`,
      symbol: "EURUSD",
      side: signed > 0 ? "buy" : "sell",
      type: "market",
      units: String(Math.abs(signed)),
      ...over,
    },
  });
  assertEquals([placed.status, placed.body.code], [201, undefined]);
  const outcome = await deps.desk.submit({
    kind: "apply_report",
    accountId: accountId as AccountId,
    report: {
      venue: "test",
      execId: `e-${fills++}` as ExecId,
      accountId: accountId as AccountId,
      orderId: placed.body.orderId as OrderId,
      symbol: "EURUSD" as Symbol,
      time: clock.now(),
      text: null,
      execType: "trade",
      units: units(Math.abs(signed)),
      price: price(at),
    },
  });
  assert(outcome.ok);
  return outcome.account.lastTransactionId as number;
}

const open = (accountId: string, rules: object) =>
  send("POST", "/v1/accounts", { body: { accountId, deposit: "100000", ...rules } });

async function seen(accountId: string, what: string) {
  const { status, body } = await send("GET", `/v1/accounts/${accountId}/${what}`);
  assertEquals(status, 200);
  return body;
}

const line = (one: Record<string, unknown>, ...fields: string[]): string =>
  fields.map((field) => one[field]).join(" ");
const positions = async (accountId: string, query = "") =>
  (await seen(accountId, `positions${query}`)).positions
    .map((one: Record<string, unknown>) =>
      line(one, "leg", "units", "averagePrice", "openCost", "unrealised")
    );
const lots = async (accountId: string, query = "") =>
  (await seen(accountId, `lots${query}`)).lots
    .map((one: Record<string, unknown>) =>
      line(one, "lotId", "leg", "units", "price", "unrealised")
    );

Deno.test("a hedging account shows its legs, both as one, and the lots they are made of", async () => {
  const opened = await open("hedge", { positionMode: "hedging", lotMatching: "fifo" });
  assertEquals([opened.body.positionMode, opened.body.lotMatching], ["hedging", "fifo"]);
  const first = await trade("hedge", 10_000, 116_010);
  const second = await trade("hedge", 5_000, 116_100);
  const third = await trade("hedge", -4_000, 116_000);
  assertEquals(await positions("hedge"), [
    "long 15000 1.16040 17406.000000 -6.000000",
    "short -4000 1.16000 -4640.000000 -0.400000",
  ]);
  assertEquals(await positions("hedge", "?view=net"), [
    "net 11000 1.16055 12766.000000 -6.400000",
  ]);
  assertEquals(await lots("hedge", "?symbol=EURUSD"), [
    `${first} long 10000 1.16010 -1.000000`,
    `${second} long 5000 1.16100 -5.000000`,
    `${third} short -4000 1.16000 -0.400000`,
  ]);
  assertEquals(await lots("hedge", "?symbol=USDJPY"), []);
  // The larger leg's 15,000 at mid 1.16005 and 3.3333 %.
  assertEquals((await send("GET", "/v1/accounts/hedge")).body.marginUsed, "580.019200");
  const { transactions } = await seen("hedge", "transactions?since=0");
  assertEquals(transactions[0].positionMode, "hedging");
});

Deno.test("a fill says which lots it closed; each leg is financed at its own rate and stated", async () => {
  await open("roll", { positionMode: "hedging", lotMatching: "average" });
  const first = await trade("roll", 100_000, 116_010);
  await trade("roll", -50_000, 116_000);
  await trade("roll", -20_000, 116_000, { positionFill: "reduce_only" });
  const { transactions } = await seen("roll", "transactions");
  assertEquals(transactions.at(-1).closed, [{ lotId: first, units: "20000" }]);
  assertEquals(transactions.at(-1).realised, "-2.000000");
  clock.advanceTo(epochMs(Date.parse("2026-03-04T22:00:06Z")));
  await deps.rolls.tick();
  const rolls = (await seen("roll", "transactions")).transactions
    .filter((one: { type: string }) => one.type === "financing_charged")
    .map((one: Record<string, unknown>) => line(one, "leg", "units", "annualRate", "amount"));
  // 80,000 at 1.16000 and -2.625 %, 50,000 at 1.16010 and 0.625 %, for 3 days of 360.
  assertEquals(rolls.toSorted(), ["long 80000 -2.6250 -20.300000", "short -50000 0.6250 3.021094"]);
  clock.advanceBy(1);
  const statement = await seen("roll", "statement");
  assertEquals(
    statement.positions.map((one: Record<string, unknown>) => line(one, "leg", "units")),
    ["long 80000", "short -50000"],
  );
  assertEquals(await auditBooks(deps.db), []);
});

Deno.test("lots of an account that keeps none are worked out from its fills, oldest closed first", async () => {
  await trading.quote("EURUSD", 116_000);
  await open("net", {});
  await trade("net", 3_000, 116_010);
  const second = await trade("net", 3_000, 116_020);
  await trade("net", -4_000, 116_000);
  assertEquals(await positions("net"), ["net 2000 1.16015 2320.300000 -0.300000"]);
  assertEquals(await positions("net", "?view=legs"), ["long 2000 1.16015 2320.300000 -0.300000"]);
  assertEquals(await lots("net"), [`${second} net 2000 1.16020 -0.400000`]);
  const through = await trade("net", -5_000, 116_000);
  assertEquals(await lots("net"), [`${through} net -3000 1.16000 -0.300000`]);
  const refused = await send("POST", "/v1/accounts/net/orders", {
    body: {
      clientOrderId: "lot",
      symbol: "EURUSD",
      side: "buy",
      type: "market",
      units: "1",
      closeLotId: through,
    },
  });
  assertEquals([refused.status, refused.body.code], [422, "close_lot_not_allowed"]);
  await open("fifo", { lotMatching: "fifo" });
  const kept = await trade("fifo", 3_000, 116_010);
  assertEquals(await lots("fifo"), [`${kept} net 3000 1.16010 -0.300000`]);
  assertEquals((await send("GET", "/v1/accounts/nobody/lots")).status, 404);
  assertEquals(await auditBooks(deps.db), []);
});
