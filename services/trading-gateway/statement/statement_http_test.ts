// Goal: a statement of any period adds up to the micro and agrees with the ledger, kind by kind.
// Method: a life of an account through the real app over a real PGlite; the ledger is asked in SQL.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { sql } from "kysely";
import type { AccountId, ExecId, OrderId } from "../../../shared/domain/ids.ts";
import { price, type Symbol, units } from "../../../shared/domain/instrument.ts";
import { micros, parseMicros } from "../../../shared/domain/money.ts";
import { defaultTerms } from "../../../shared/domain/terms.ts";
import { epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import { refusalAuthenticate } from "../../../shared/testing/refusal_suite.ts";
import { report } from "../testing/venue_reports.ts";
import { openTestTrading } from "../testing/test_trading.ts";

const trading = await openTestTrading({
  startsAt: "2026-03-03T12:00:00Z",
  authenticate: refusalAuthenticate,
  terms: {
    ...defaultTerms,
    commissions: [{
      currency: "USD",
      perLot: micros(3_500_000n),
      perMillion: micros(0n),
      minimum: micros(1_000_000n),
    }],
  },
});
const { send, deps, clock } = trading;
const path = "/v1/accounts/life";
let fills = 0;

async function trade(symbol: string, size: number, at: number, over = {}): Promise<void> {
  const placed = await send("POST", `${path}/orders`, {
    body: {
      clientOrderId: `c-${fills}`,
      symbol,
      side: size > 0 ? "buy" : "sell",
      type: "market",
      units: String(Math.abs(size)),
      ...over,
    },
  });
  assertEquals(placed.status, 201, JSON.stringify(placed.body));
  const outcome = await deps.desk.submit({
    kind: "apply_report",
    accountId: "life" as AccountId,
    report: {
      venue: "test",
      execId: `s-${fills++}` as ExecId,
      accountId: "life" as AccountId,
      orderId: placed.body.orderId as OrderId,
      symbol: symbol as Symbol,
      time: clock.now(),
      text: null,
      execType: "trade",
      units: units(Math.abs(size)),
      price: price(at),
    },
  });
  assert(outcome.ok);
}

/** A thousand euro more, and the guaranteed stop that comes with them. */
async function stopOut(): Promise<void> {
  await trade("EURUSD", 1_000, 115_910, { guaranteedStopLossOnFill: { distance: "0.00200" } });
  const { body } = await send("GET", `${path}/orders`);
  const [stop] = body.orders;
  await report(deps, stop, { execType: "new" });
  await report(deps, stop, { execType: "triggered", price: 90_000 });
  await report(deps, stop, { execType: "trade", price: 115_710 });
}

/** Two days of an account in euro: money in and out, trades in dollars and yen, two rolls. */
async function live(): Promise<void> {
  await deps.rolls.tick();
  await send("POST", "/v1/accounts", {
    body: { accountId: "life", deposit: "10000", currency: "EUR" },
  });
  await send("POST", "/v1/accounts", { body: { accountId: "spare", deposit: "0" } });
  await trading.quote("USDJPY", 150_000);
  await trading.quote("EURUSD", 116_000);
  await trade("EURUSD", 30_000, 116_010);
  await trade("USDJPY", -20_000, 150_000);
  clock.advanceTo(epochMs(Date.parse("2026-03-03T22:00:10Z")));
  await trading.quote("EURUSD", 116_200);
  await trading.quote("USDJPY", 149_800);
  await deps.rolls.tick();
  await trade("EURUSD", -10_000, 116_200);
  await send("POST", `${path}/withdrawals`, { body: { fundsId: "out", amount: "1000" } });
  await send("POST", `${path}/transfers`, {
    body: { fundsId: "move", toAccountId: "spare", amount: "500" },
  });
  clock.advanceTo(epochMs(Date.parse("2026-03-04T22:00:10Z")));
  await trading.quote("EURUSD", 115_900);
  await trading.quote("USDJPY", 149_700);
  await deps.rolls.tick();
  await trade("USDJPY", 20_000, 149_710);
  await stopOut();
  clock.advanceBy(1);
}
await live();

const amount = (text: string): bigint => parseMicros(text) as bigint;
const statementOf = async (from: number, to: number) => {
  const period = `from=${toRfc3339(epochMs(from))}&to=${toRfc3339(epochMs(to))}`;
  const { status, body } = await send("GET", `${path}/statement?${period}`);
  assertEquals(status, 200);
  return body;
};

/** Cash by the ledger, between two times. */
async function cash(from: number, to: number): Promise<bigint> {
  const found = await sql<{ sum: string | null }>`
    select sum(p.amount) from trading.postings p join trading.transactions t
      using (account_id, transaction_id)
    where account_id = 'life' and p.book = 'cash'
      and t.time >= ${toRfc3339(epochMs(from))} and t.time < ${toRfc3339(epochMs(to))}`
    .execute(deps.db);
  return BigInt(found.rows[0]?.sum ?? 0);
}

Deno.test("the statement of a life names every movement, and its closing balance is the account's", async () => {
  const { body } = await send("GET", `${path}/statement`);
  const account = await send("GET", path);
  assertEquals([body.openingBalance, body.closingBalance], ["0.000000", account.body.balance]);
  assertEquals(body.movements.map((one: { kind: string }) => one.kind), [
    ...["deposit", "commission", "commission", "financing", "financing"],
    ...["realised_profit", "commission", "withdrawal", "transfer_out"],
    ...["financing", "financing", "realised_profit", "commission"],
    ...["commission", "realised_profit", "commission", "premium"],
  ]);
  // A pip of a thousand euro is ten cents, at 1.15905 to the euro.
  assertEquals(body.totals.premium, "-0.086278");
  assertEquals(body.movements.at(-1).balance, body.closingBalance);
  assertEquals(body.positions.map((one: Record<string, string>) => [one.symbol, one.units]), [
    ["EURUSD", "20000"],
  ]);
  const [euro, yen] = body.instruments;
  assertEquals([euro.fills, euro.unitsBought, euro.unitsSold], [4, "31000", "11000"]);
  assertEquals([yen.fills, yen.unitsBought, yen.unitsSold], [2, "20000", "20000"]);
  for (const field of ["realised", "commission", "premium", "financing"]) {
    const kind = field === "realised" ? "realised_profit" : field;
    assertEquals(amount(euro[field]) + amount(yen[field]), amount(body.totals[kind]), field);
    assert(amount(body.totals[kind]) !== 0n, field);
  }
});

Deno.test("every period adds up, agrees with the ledger, and follows on from the one before", async () => {
  const [start, end] = [Date.parse("2026-03-03T11:00:00Z"), clock.now() + 3_600_000];
  const moment = fc.integer({ min: start, max: end });
  await fc.assert(
    fc.asyncProperty(fc.tuple(moment, moment), async (moments) => {
      const [from, to] = moments.toSorted((a, b) => a - b) as [number, number];
      const body = await statementOf(from, to);
      assertEquals(amount(body.openingBalance), await cash(0, from));
      assertEquals(amount(body.closingBalance), await cash(0, to));
      const listed = body.movements.reduce(
        (sum: bigint, one: { amount: string }) => sum + amount(one.amount),
        0n,
      );
      const totals = Object.values(body.totals as Record<string, string>);
      assertEquals(listed, await cash(from, to));
      assertEquals(totals.reduce((sum, one) => sum + amount(one), 0n), listed);
      const later = await statementOf(to, end);
      assertEquals(later.openingBalance, body.closingBalance);
    }),
    { numRuns: 40 },
  );
});

Deno.test("the sums by kind are those of the ledger's books", async () => {
  const { body } = await send("GET", `${path}/statement`);
  const found = await sql<{ book: string; sum: string }>`
    select other.book, sum(p.amount) from trading.postings p join lateral (
      select distinct book from trading.postings o where o.account_id = p.account_id
        and o.transaction_id = p.transaction_id and o.book not in ('cash', 'conversion')
    ) other on true
    where p.account_id = 'life' and p.book = 'cash'
      and (select count(distinct o.book) from trading.postings o
        where o.account_id = p.account_id and o.transaction_id = p.transaction_id
          and o.book not in ('cash', 'conversion')) = 1
    group by other.book`.execute(deps.db);
  const books = new Map(found.rows.map((row) => [row.book, BigInt(row.sum)]));
  const { totals } = body;
  assertEquals(books.get("funding"), amount(totals.deposit) + amount(totals.withdrawal));
  assertEquals(books.get("transfer"), amount(totals.transfer_out));
  assertEquals(books.get("financing"), amount(totals.financing));
});

Deno.test("the CSV lists the movements between the balances; the page shows the same numbers", async () => {
  const { body: view } = await send("GET", `${path}/statement`);
  const csv = (await send("GET", `${path}/statement?format=csv`)).body as string;
  const lines = csv.split("\r\n");
  assertEquals(lines[0], "time,transactionId,kind,symbol,amount,balance,reference");
  assertEquals(lines.length, view.movements.length + 4);
  assert(lines[1]!.includes("opening_balance") && lines.at(-2)!.includes(view.closingBalance));
  assert(csv.includes('"2026-03-04, 3 days"'), csv);
  const page = (await send("GET", `${path}/statement?format=html`)).body as string;
  assert(page.startsWith("<!doctype html>") && !page.includes("<script"));
  for (const text of [view.closingBalance, "Realised profit", "to spare: move", "EURUSD"]) {
    assert(page.includes(text), text);
  }
});

Deno.test("a period that ends before it begins, a time without a zone and a strange format are refused", async () => {
  for (
    const query of [
      "from=2026-03-04T00:00:00Z&to=2026-03-03T00:00:00Z",
      "from=2026-03-04T00:00:00",
      "format=pdf",
    ]
  ) {
    const answer = await send("GET", `${path}/statement?${query}`);
    assertEquals([query, answer.status, answer.body.code], [query, 400, "invalid_request"]);
  }
  const nobody = await send("GET", "/v1/accounts/nobody/statement");
  assertEquals([nobody.status, nobody.body.code], [404, "account_unknown"]);
});
