// Goal: whatever order commands, reports, repeats and restarts come in, the stored books are the
// fold of their transactions. Method: random sequences on a real PGlite, then the audit.

import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { ExecutionReport } from "../../../shared/contracts/messages/executions.ts";
import type { AccountCurrency } from "../../../shared/domain/currency.ts";
import { tradingHours } from "../../../shared/domain/fx_week.ts";
import type { AccountId, ClientOrderId, ExecId } from "../../../shared/domain/ids.ts";
import { price, units } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { micros } from "../../../shared/domain/money.ts";
import {
  type Order,
  type OrderTerms,
  orderTypeRules,
  orderTypes,
  plainTerms,
  positionFills,
} from "../../../shared/domain/orders/order.ts";
import type { ReplaceRequest } from "../../../shared/domain/orders/replace_order.ts";
import { QuoteBook } from "../../../shared/domain/quote.ts";
import { quoteRates } from "../../../shared/domain/rates.ts";
import { epochMs } from "../../../shared/domain/time.ts";
import { createEventSource } from "../../../shared/runtime/events.ts";
import { createLogger } from "../../../shared/runtime/logger.ts";
import { migrate } from "../../../shared/storage/migrate.ts";
import { openStore } from "../../../shared/storage/open_store.ts";
import { auditBooks } from "../audit/audit_books.ts";
import { createBooksStore } from "./books_store.ts";
import type { Command } from "./commands.ts";
import type { Market } from "./decide.ts";
import { Desk, OutcomeUnknown } from "./desk.ts";
import { tradingMigrations } from "./migrations.ts";
import { type TradingDatabase, tradingSchema } from "./tables.ts";

const now = epochMs(Date.UTC(2026, 0, 7, 12));
const symbols = ["EURUSD", "USDJPY", "EURGBP"] as Symbol[];
const prices: Record<string, number> = { EURUSD: 116_000, USDJPY: 150_000, EURGBP: 86_000 };

const quotes = new QuoteBook();
for (const symbol of symbols) {
  const bid = price(prices[symbol]!);
  const ask = price(bid + 10);
  quotes.apply({ symbol, bid, ask, venueTime: now, receivedTime: now, sequence: 1 });
}
const market: Market = {
  now,
  quotes,
  rates: quoteRates(quotes),
  hours: tradingHours("always"),
};

const store = await openStore("pglite:memory");
await migrate(store, tradingSchema, tradingMigrations);
const db = store.database<TradingDatabase>(tradingSchema);
const books = createBooksStore(db);
const logger = createLogger({ service: "test", level: "silent" });
let nextId = 0;
const ids = { next: () => `id-${nextId++}` };

const newDesk = () =>
  new Desk({
    store: books,
    market: () => market,
    events: createEventSource({ source: "/test", ids, clock: { now: () => now } }),
    logger,
    onStored: () => {},
  });

const termsOf = (clientOrderId: string, over: Partial<OrderTerms> = {}): OrderTerms => ({
  clientOrderId: clientOrderId as ClientOrderId,
  symbol: "EURUSD" as Symbol,
  side: "buy",
  type: "limit",
  timeInForce: "GTC",
  units: units(1_000),
  price: price(115_000),
  expireTime: null,
  ...plainTerms,
  ...over,
});

const place = (desk: Desk, accountId: AccountId, terms: OrderTerms) =>
  desk.submit({
    kind: "place_order",
    accountId,
    terms,
    instrument: instrumentOf(terms.symbol),
  });

function reportOf(
  order: Order,
  about: { n: number; execType: ExecutionReport["execType"]; units?: number },
): ExecutionReport {
  const base = {
    venue: "test",
    execId: `${order.orderId}-${about.n}` as ExecId,
    accountId: order.accountId,
    orderId: order.orderId,
    symbol: order.symbol,
    time: now,
    text: null,
  };
  const at = price(prices[order.symbol]!);
  switch (about.execType) {
    case "trade":
      return { ...base, execType: "trade", units: units(about.units ?? order.units), price: at };
    case "triggered":
      return { ...base, execType: "triggered", bid: at, ask: price(at + 10) };
    case "replaced":
    case "replace_rejected":
      return { ...base, execType: about.execType, revision: about.n };
    default:
      return { ...base, execType: about.execType };
  }
}

async function openAccount(desk: Desk, currency: AccountCurrency = "USD"): Promise<AccountId> {
  const accountId = `a-${nextId++}` as AccountId;
  await desk.submit({
    kind: "open_account",
    accountId,
    currency,
    deposit: micros(100_000_000_000n),
  });
  return accountId;
}

Deno.test("a repeat of an order gets the same order, another order under its id a refusal", async () => {
  const desk = newDesk();
  const accountId = await openAccount(desk);
  const [first, again] = await Promise.all([
    place(desk, accountId, termsOf("c-1")),
    place(desk, accountId, termsOf("c-1")),
  ]);
  assert(first.ok && again.ok);
  assertEquals(again.order, first.order);
  const other = await place(newDesk(), accountId, termsOf("c-1", { units: units(2_000) }));
  assert(!other.ok);
  assertEquals(other.reason, "duplicate_client_order_id");
  const refused = await place(desk, accountId, termsOf("c-2", { units: units(200_000_000) }));
  const refusedAgain = await place(desk, accountId, termsOf("c-2", { units: units(200_000_000) }));
  assert(!refused.ok && !refusedAgain.ok);
  assertEquals(refusedAgain.reason, "units_above_maximum");
  assertEquals(refusedAgain.order?.orderId, refused.order?.orderId);
});

Deno.test("two desks over one store never lose a change: the later one reads again", async () => {
  const [one, two] = [newDesk(), newDesk()];
  const accountId = await openAccount(one);
  for (let round = 0; round < 5; round++) {
    const outcomes = await Promise.all([
      place(one, accountId, termsOf(`one-${round}`)),
      place(two, accountId, termsOf(`two-${round}`)),
    ]);
    assert(outcomes.every((outcome) => outcome.ok));
  }
  const [account] = await books.loadAccounts([accountId]);
  assertEquals(account?.openOrders, 10);
  assertEquals(await auditBooks(db), []);
});

Deno.test("a store that fails leaves the outcome unknown, and a repeat settles it", async () => {
  let failing = false;
  const desk = new Desk({
    store: {
      ...books,
      commit: (turn) => failing ? Promise.reject(new Error("gone")) : books.commit(turn),
    },
    market: () => market,
    events: createEventSource({ source: "/test", ids, clock: { now: () => now } }),
    logger,
    onStored: () => {},
  });
  const accountId = await openAccount(desk);
  failing = true;
  await assertRejects(() => place(desk, accountId, termsOf("c-1")), OutcomeUnknown);
  failing = false;
  const outcome = await place(desk, accountId, termsOf("c-1"));
  assert(outcome.ok);
  assertEquals(outcome.order?.orderId, `${accountId}.3`);
});

Deno.test("an impossible report fails alone; the others of its turn are booked", async () => {
  const desk = newDesk();
  const accountId = await openAccount(desk);
  const placed = await place(desk, accountId, termsOf("c-1"));
  assert(placed.ok && placed.order !== null);
  const tooMuch = reportOf(placed.order, { n: 1, execType: "trade", units: 5_000 });
  const sound = reportOf(placed.order, { n: 2, execType: "trade", units: 400 });
  const answers = await Promise.allSettled(
    [tooMuch, sound].map((report) => desk.submit({ kind: "apply_report", accountId, report })),
  );
  assertEquals(answers.map((answer) => answer.status), ["rejected", "fulfilled"]);
  assertEquals(await auditBooks(db), []);
});

Deno.test("a fill that wins the race against a replace is booked, and the replace is refused", async () => {
  const desk = newDesk();
  const accountId = await openAccount(desk);
  const placed = await place(desk, accountId, termsOf("c-1"));
  assert(placed.ok && placed.order !== null);
  const { orderId } = placed.order;
  const replace = (request: ReplaceRequest) =>
    desk.submit({ kind: "replace_order", accountId, orderId, request });
  const asked = await replace({ units: "5000" });
  const again = await replace({ units: "5000" });
  assert(asked.ok && again.ok);
  assertEquals([asked.order?.status, again.order], ["pending_replace", asked.order]);
  const done = await desk.submit({
    kind: "apply_report",
    accountId,
    report: reportOf(placed.order, { n: 1, execType: "trade" }),
  });
  assert(done.ok);
  assertEquals([done.order?.status, done.order?.text], ["filled", "the order ended first"]);
  const late = await replace({ units: "6000" });
  assert(!late.ok);
  assertEquals(late.reason, "order_not_open");
  const { body } = await db.selectFrom("transactions").select("body")
    .where("account_id", "=", accountId).where("type", "=", "order_replace_rejected")
    .executeTakeFirstOrThrow();
  assertEquals((body as { revision: number }).revision, 1);
  assertEquals(await auditBooks(db), []);
});

Deno.test("a larger size needs the margin of what it adds; a smaller one never does", async () => {
  const desk = newDesk();
  const accountId = await openAccount(desk);
  const placed = await place(desk, accountId, termsOf("c-1", { units: units(10_000) }));
  assert(placed.ok && placed.order !== null);
  const { orderId } = placed.order;
  const replace = (request: ReplaceRequest) =>
    desk.submit({ kind: "replace_order", accountId, orderId, request });
  const greedy = await replace({ units: "90000000" });
  assertEquals([greedy.ok, !greedy.ok && greedy.reason], [false, "insufficient_margin"]);
  assert((await replace({ units: "5000" })).ok);
  assert((await replace({ units: "20000", price: "1.14000" })).ok);
});

Deno.test("one command asks for every open order of a symbol to be canceled", async () => {
  const desk = newDesk();
  const accountId = await openAccount(desk);
  const traded = symbols.filter((symbol) => symbol.includes("USD"));
  for (const [n, symbol] of [...traded, ...traded].entries()) {
    const at = price(prices[symbol]! - 100);
    assert((await place(desk, accountId, termsOf(`c-${n}`, { symbol, price: at }))).ok);
  }
  const one = await desk.submit({ kind: "cancel_orders", accountId, symbol: symbols[0]! });
  const all = await desk.submit({ kind: "cancel_orders", accountId, symbol: null });
  assert(one.ok && all.ok);
  assertEquals([one.orders?.length, all.orders?.length], [2, 4]);
  assert(all.orders!.every((order) => order.status === "pending_cancel"));
  assertEquals(await auditBooks(db), []);
});

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("place" as const),
      client: fc.integer({ min: 0, max: 8 }),
      symbol: fc.constantFrom(...symbols),
      side: fc.constantFrom("buy" as const, "sell" as const),
      units: fc.integer({ min: 0, max: 40 }).map((n) => n * 1_000),
      type: fc.constantFrom(...orderTypes),
      timeInForce: fc.constantFrom("GTC" as const, "DAY" as const, "FOK" as const),
      positionFill: fc.constantFrom("default" as const, "default" as const, ...positionFills),
      tag: fc.option(fc.constantFrom("breakout", "näive “tag”")),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("report" as const),
      order: fc.nat(20),
      n: fc.nat(3),
      execType: fc.constantFrom(
        "new",
        "triggered",
        "trade",
        "trade",
        "canceled",
        "rejected",
        "expired",
      ),
      share: fc.integer({ min: 1, max: 10 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), order: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("replace" as const),
      order: fc.nat(20),
      request: fc.record({
        units: fc.integer({ min: 0, max: 40 }).map((n) => String(n * 1_000)),
        priceBound: fc.constantFrom("1.5", "150", "0.9"),
        timeInForce: fc.constantFrom("GTC" as const, "DAY" as const, "IOC" as const),
      }, { requiredKeys: [] }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("cancel_all" as const),
      symbol: fc.option(fc.constantFrom(...symbols)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

function randomTerms(one: Step & { do: "place" }): Partial<OrderTerms> {
  const rule = orderTypeRules[one.type];
  const at = price(prices[one.symbol]!);
  return {
    symbol: one.symbol,
    side: one.side,
    type: one.type,
    timeInForce: one.timeInForce,
    units: units(one.units),
    price: rule.price ? at : null,
    triggerPrice: rule.triggerPrice ? at : null,
    trailingDistance: rule.trailingDistance ? price(50) : null,
    triggerSide: rule.triggerPrice ? "mid" : "default",
    priceBound: rule.atMarket ? at : null,
    positionFill: one.positionFill,
    tag: one.tag,
  };
}

function commandOn(order: Order, one: Step & { do: "cancel" | "replace" | "report" }): Command {
  const { accountId, orderId } = order;
  if (one.do === "cancel") return { kind: "cancel_order", accountId, orderId };
  if (one.do === "replace") {
    const request = one.request as ReplaceRequest;
    return { kind: "replace_order", accountId, orderId, request };
  }
  const report = reportOf(order, {
    n: one.n,
    execType: one.execType as ExecutionReport["execType"],
    units: (order.units / 10) * one.share,
  });
  return { kind: "apply_report", accountId, report };
}

Deno.test("random commands, repeats and restarts leave books that their transactions rebuild", async () => {
  const currencies: AccountCurrency[] = ["USD", "EUR", "JPY"];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...currencies),
      fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { maxLength: 8 }),
      async (currency, turns) => {
        let desk = newDesk();
        const accountId = await openAccount(desk, currency);
        const orders: Order[] = [];
        for (const turn of turns) {
          // The commands of a turn are submitted together, so they share commits.
          await Promise.allSettled(turn.map(async (one): Promise<void> => {
            if (one.do === "restart") desk = newDesk();
            else if (one.do === "cancel_all") {
              await desk.submit({ kind: "cancel_orders", accountId, symbol: one.symbol });
            } else if (one.do === "place") {
              const terms = termsOf(`c-${one.client}`, randomTerms(one));
              const outcome = await place(desk, accountId, terms);
              if (outcome.ok && outcome.order !== null) orders.push(outcome.order);
            } else {
              const order = orders[one.order % Math.max(1, orders.length)];
              if (order !== undefined) await desk.submit(commandOn(order, one));
            }
          }));
        }
        await desk.idle();
      },
    ),
    { numRuns: 60 },
  );
  assertEquals(await auditBooks(db), []);
});

Deno.test("auditBooks() finds a changed balance, a lost order and an invented posting", async () => {
  const desk = newDesk();
  const accountId = await openAccount(desk);
  const placed = await place(desk, accountId, termsOf("c-1"));
  assert(placed.ok && placed.order !== null);
  await desk.submit({
    kind: "apply_report",
    accountId,
    report: reportOf(placed.order, { n: 1, execType: "trade", units: 400 }),
  });
  await db.updateTable("accounts").set({ balance: "1" }).where("account_id", "=", accountId)
    .execute();
  await db.deleteFrom("orders").where("account_id", "=", accountId).execute();
  await db.insertInto("postings").values({
    account_id: accountId,
    transaction_id: 1,
    line: 1,
    book: "cash",
    currency: "USD",
    amount: "5",
    rate: null,
  }).execute();
  const found = (await auditBooks(db)).map((line) => line.replace(/(table|made): .*/, "$1"));
  assertEquals(found, [
    `${accountId}: account missing or different in its table`,
    `${accountId}: account that no transaction made`,
    `${accountId}: order missing or different in its table`,
    `${accountId}: posting that no transaction made`,
  ]);
});
