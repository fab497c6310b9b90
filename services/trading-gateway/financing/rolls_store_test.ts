// Goal: every position is charged once for every 17:00 New York it is held over, with what it was
// then, whatever comes late, twice, or not at all. Method: the real gateway over a real PGlite, its
// clock moved by hand, fills by reports as a venue sends them.

import { assert, assertEquals } from "@std/assert";
import { sql } from "kysely";
import type { AccountId, ExecId, OrderId } from "../../../shared/domain/ids.ts";
import { price, type Symbol, units } from "../../../shared/domain/instrument.ts";
import { policyRates } from "../../../shared/domain/settlement/financing_defaults.ts";
import { defaultTerms } from "../../../shared/domain/terms.ts";
import { epochMs } from "../../../shared/domain/time.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { refusalAuthenticate } from "../../../shared/testing/refusal_suite.ts";
import { auditBooks } from "../audit/audit_books.ts";
import { openTestTrading } from "../testing/test_trading.ts";
import { lateFillsMax } from "./late_fill_store.ts";
import { Rolls } from "./rolls.ts";

type Trading = Awaited<ReturnType<typeof openTestTrading>>;

/** A Wednesday, whose roll carries the weekend. */
const open = () =>
  openTestTrading({
    startsAt: "2026-03-04T12:00:00Z",
    authenticate: refusalAuthenticate,
    terms: {
      ...defaultTerms,
      financing: { ...defaultTerms.financing, swapFree: ["devout" as AccountId] },
    },
  });
let fills = 0;

/** Opens an account with a position of signed units, filled now. */
async function hold(
  trading: Trading,
  accountId: string,
  about: { symbol: string; units: number; price: number; currency?: string; at?: string },
): Promise<void> {
  const { send, deps, clock } = trading;
  const { currency = "USD" } = about;
  await send("POST", "/v1/accounts", { body: { accountId, deposit: "1000000", currency } });
  const placed = await send("POST", `/v1/accounts/${accountId}/orders`, {
    body: {
      clientOrderId: `o-${fills}`,
      symbol: about.symbol,
      side: about.units > 0 ? "buy" : "sell",
      type: "market",
      units: String(Math.abs(about.units)),
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
      symbol: about.symbol as Symbol,
      time: about.at === undefined ? clock.now() : epochMs(Date.parse(about.at)),
      text: null,
      execType: "trade",
      units: units(Math.abs(about.units)),
      price: price(about.price),
    },
  });
  assert(outcome.ok);
}

async function charges(trading: Trading, accountId: string) {
  const { body } = await trading.send("GET", `/v1/accounts/${accountId}/transactions`);
  return (body.transactions as Record<string, unknown>[])
    .filter((one) => one.type === "financing_charged");
}

async function moveTo(trading: Trading, at: string): Promise<void> {
  trading.clock.advanceTo(epochMs(Date.parse(at)));
  await trading.deps.rolls.tick();
}

Deno.test("a position is charged for the days of its roll, at the last price before 17:00, once", async () => {
  const trading = await open();
  await trading.deps.rolls.tick();
  await trading.quote("EURUSD", 115_999);
  await hold(trading, "long", { symbol: "EURUSD", units: 100_000, price: 116_009 });
  await hold(trading, "yen", { symbol: "EURUSD", units: -50_000, price: 115_999, currency: "USD" });
  await hold(trading, "devout", { symbol: "EURUSD", units: 100_000, price: 116_009 });
  await moveTo(trading, "2026-03-04T21:59:59Z");
  await trading.quote("EURUSD", 116_000);
  // Only the day after: this price is not the roll's.
  trading.clock.advanceTo(epochMs(Date.parse("2026-03-04T22:00:01Z")));
  await trading.quote("EURUSD", 117_000);
  await moveTo(trading, "2026-03-04T22:00:03Z");
  assertEquals(await charges(trading, "long"), [], "its last fills may still be on the way");
  await moveTo(trading, "2026-03-04T22:00:06Z");
  const [charged, ...more] = await charges(trading, "long");
  assertEquals(more, []);
  assertEquals(charged, {
    accountId: "long",
    transactionId: 5,
    type: "financing_charged",
    time: "2026-03-04T22:00:00.000Z",
    symbol: "EURUSD",
    day: "2026-03-04",
    valueDate: "2026-03-06",
    nextValueDate: "2026-03-09",
    days: 3,
    units: "100000",
    price: "1.16000",
    annualRate: "-2.6250",
    financed: "-25.375000",
    financedCurrency: "USD",
    amount: "-25.375000",
    rate: "1.000000000000",
  });
  // Short: 50,000 at 1.16010, paid 3.625 - 2 - 1 = 0.625 % for 3 days of 360.
  assertEquals((await charges(trading, "yen")).map((one) => one.amount), ["3.021094"]);
  assertEquals(await charges(trading, "devout"), [], "swap-free");
  await trading.deps.rolls.tick();
  const other = new Rolls({
    ...trading.deps,
    hours: trading.deps.market().hours,
    marketClock: trading.clock,
    terms: defaultTerms.financing,
    metrics: trading.metrics,
  });
  await trading.deps.db.updateTable("rolls").set({ completed: false }).execute();
  await other.begin();
  await other.tick();
  assertEquals((await charges(trading, "long")).length, 1, "another copy charges nothing twice");
  assertEquals(await auditBooks(trading.deps.db), []);
  await trading.stop();
});

Deno.test("what was closed after the day's end is charged, what was opened after it is not", async () => {
  const trading = await open();
  await trading.deps.rolls.tick();
  await trading.quote("EURUSD", 116_000);
  await hold(trading, "closer", { symbol: "EURUSD", units: 10_000, price: 116_010 });
  trading.clock.advanceTo(epochMs(Date.parse("2026-03-04T22:00:02Z")));
  await trading.quote("EURUSD", 116_000);
  await hold(trading, "closer", { symbol: "EURUSD", units: -10_000, price: 116_000 });
  await hold(trading, "opener", { symbol: "EURUSD", units: 10_000, price: 116_010 });
  await moveTo(trading, "2026-03-04T22:00:30Z");
  assertEquals((await charges(trading, "closer")).map((one) => one.units), ["10000"]);
  assertEquals(await charges(trading, "opener"), []);
  await trading.stop();
});

Deno.test("a fill of the day that is booked after the roll is charged too, and one that closed paid back", async () => {
  const trading = await open();
  await trading.deps.rolls.tick();
  await trading.quote("EURUSD", 116_000);
  await hold(trading, "late", { symbol: "EURUSD", units: 10_000, price: 116_010 });
  await hold(trading, "gone", { symbol: "EURUSD", units: 10_000, price: 116_010 });
  await moveTo(trading, "2026-03-04T22:00:30Z");
  await trading.quote("EURUSD", 117_000);
  const at = "2026-03-04T21:59:58Z";
  await hold(trading, "late", { symbol: "EURUSD", units: 30_000, price: 116_010, at });
  await hold(trading, "gone", { symbol: "EURUSD", units: -10_000, price: 116_000, at });
  await hold(trading, "new", { symbol: "EURUSD", units: -5_000, price: 116_000, at });
  await trading.deps.rolls.tick();
  await trading.deps.rolls.tick();
  const seen = async (accountId: string) =>
    (await charges(trading, accountId)).map((one) =>
      [one.units, one.financed, one.correction].join(" ")
    );
  // 40,000 at 1.16000 and -2.625 % for 3 days of 360 is -10.15, of which -2.5375 was charged.
  assertEquals(await seen("late"), ["10000 -2.537500 ", "40000 -7.612500 2"]);
  assertEquals(await seen("gone"), ["10000 -2.537500 ", "0 2.537500 2"]);
  assertEquals(await seen("new"), ["-5000 0.302109 "]);
  assertEquals(await trading.deps.db.selectFrom("late_fills").selectAll().execute(), []);
  assertEquals(await auditBooks(trading.deps.db), []);
  await trading.stop();
});

Deno.test("late fills that wait for a rate, however many, hold up none behind them", async () => {
  const currencies = policyRates.filter((one) => one.currency !== "JPY");
  const trading = await openTestTrading({
    startsAt: "2026-03-04T12:00:00Z",
    authenticate: refusalAuthenticate,
    terms: { ...defaultTerms, financing: { ...defaultTerms.financing, currencies } },
  });
  const { deps: { db, rolls } } = trading;
  await rolls.tick();
  await trading.quote("EURUSD", 116_000);
  await trading.quote("USDJPY", 150_000);
  await hold(trading, "later", { symbol: "EURUSD", units: 10_000, price: 116_010 });
  await moveTo(trading, "2026-03-04T22:00:30Z");
  await trading.quote("EURUSD", 116_000);
  await trading.quote("USDJPY", 150_000);
  const at = "2026-03-04T21:59:58Z";
  await hold(trading, "first", { symbol: "USDJPY", units: 1_000, price: 150_010, at });
  // As if it had been so many fills.
  await sql`insert into trading.late_fills (account_id, transaction_id, symbol, time)
    select account_id, transaction_id + more, symbol, time
    from trading.late_fills, generate_series(1, ${lateFillsMax}::int) as more`.execute(db);
  await hold(trading, "later", { symbol: "EURUSD", units: 30_000, price: 116_010, at });
  await eventually(async () => {
    await rolls.tick();
    const charged = (await charges(trading, "later")).map((one) => one.units);
    assertEquals(charged, ["10000", "40000"]);
  });
  const waiting = new RegExp(`financing_rate_missing"[^}]*} ${lateFillsMax + 1}\n`);
  await eventually(async () => {
    await rolls.tick();
    assert(waiting.test(await trading.metrics.text()));
  });
  const left = await db.selectFrom("late_fills").select("account_id").distinct().execute();
  assertEquals(left, [{ account_id: "first" }]);
  await trading.stop();
});

Deno.test("after days without the platform each missed roll is charged with its own day's rates", async () => {
  const terms = {
    ...defaultTerms,
    financing: {
      ...defaultTerms.financing,
      currencies: [{ currency: "USD" as const, since: "2026-03-06", ppm: 50_000 }, ...policyRates],
    },
  };
  const trading = await openTestTrading({
    startsAt: "2026-03-04T12:00:00Z",
    authenticate: refusalAuthenticate,
    terms,
  });
  await trading.deps.rolls.tick();
  await trading.quote("EURUSD", 116_000);
  await hold(trading, "long", { symbol: "EURUSD", units: 100_000, price: 116_010 });
  await moveTo(trading, "2026-03-10T12:00:00Z");
  const found = (await charges(trading, "long")).map((one) =>
    [one.day, one.days, one.annualRate, one.time].join(" ")
  );
  assertEquals(found, [
    "2026-03-04 3 -2.6250 2026-03-04T22:00:00.000Z",
    "2026-03-05 1 -2.6250 2026-03-05T22:00:00.000Z",
    "2026-03-06 1 -4.0000 2026-03-06T22:00:00.000Z",
    "2026-03-09 1 -4.0000 2026-03-09T21:00:00.000Z",
  ], "New York's clocks changed on the 8th");
  assertEquals(await auditBooks(trading.deps.db), []);
  await trading.stop();
});

Deno.test("a missing rate leaves the roll pending and visible until the rate is there", async () => {
  const trading = await open();
  await trading.deps.rolls.tick();
  await trading.quote("EURUSD", 116_000);
  await trading.quote("EURGBP", 86_000);
  await hold(trading, "cross", { symbol: "EURGBP", units: 10_000, price: 86_010, currency: "EUR" });
  await trading.quote("USDJPY", 150_000);
  await hold(trading, "plain", { symbol: "EURUSD", units: 10_000, price: 116_010 });
  await hold(trading, "cross", {
    symbol: "USDJPY",
    units: 10_000,
    price: 150_010,
    currency: "EUR",
  });
  const bare = new Rolls({
    ...trading.deps,
    hours: trading.deps.market().hours,
    marketClock: trading.clock,
    terms: {
      ...defaultTerms.financing,
      currencies: policyRates.filter((one) => one.currency !== "JPY"),
    },
    metrics: trading.metrics,
  });
  await bare.begin();
  trading.clock.advanceTo(epochMs(Date.parse("2026-03-04T22:01:00Z")));
  await bare.tick();
  const held = [...(await charges(trading, "cross")), ...(await charges(trading, "plain"))]
    .map((one) => one.symbol);
  assertEquals(held, [], "nothing is known of the quotes it has not followed");
  const waiting = await trading.metrics.text();
  assert(waiting.includes('fault="quote_missing"'), waiting);

  bare.take([...trading.deps.market().quotes.all()]);
  await bare.tick();
  assertEquals((await charges(trading, "plain")).length, 1);
  assertEquals((await charges(trading, "cross")).map((one) => one.symbol), ["EURGBP"]);
  const text = await trading.metrics.text();
  assert(/day="2026-03-04",fault="financing_rate_missing"[^}]*} 1/.test(text), text);
  const said = trading.lines.filter((line) => line.financing_rate_missing === 1);
  assertEquals(said.length, 1);
  await bare.tick();
  assertEquals(trading.lines.filter((line) => line.financing_rate_missing === 1).length, 1);

  await trading.deps.rolls.tick();
  assertEquals((await charges(trading, "cross")).map((one) => one.symbol), ["EURGBP", "USDJPY"]);
  await bare.tick();
  assert(!(await trading.metrics.text()).includes('fault="financing_rate_missing"'));
  assertEquals(await auditBooks(trading.deps.db), []);
  await trading.stop();
});
