/** A desk over a real PGlite for tests: a market that stands, orders, and reports about them. */

import type { ExecutionReport } from "../../../shared/contracts/messages/executions.ts";
import type { AccountCurrency } from "../../../shared/domain/currency.ts";
import { tradingHours } from "../../../shared/domain/fx_week.ts";
import type { AccountId, ClientOrderId, ExecId } from "../../../shared/domain/ids.ts";
import { price, type Symbol, units } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { micros } from "../../../shared/domain/money.ts";
import { type Order, type OrderTerms, plainTerms } from "../../../shared/domain/orders/order.ts";
import { defaultPositions, type PositionRules } from "../../../shared/domain/position.ts";
import { QuoteBook } from "../../../shared/domain/quote.ts";
import { quoteRates } from "../../../shared/domain/rates.ts";
import { defaultTerms } from "../../../shared/domain/terms.ts";
import { epochMs } from "../../../shared/domain/time.ts";
import { createEventSource } from "../../../shared/runtime/events.ts";
import { createLogger } from "../../../shared/runtime/logger.ts";
import { migrate } from "../../../shared/storage/migrate.ts";
import { openTestStore } from "../../../shared/testing/memory_store.ts";
import { createBooksStore } from "../desk/books_store.ts";
import type { Market } from "../desk/decision.ts";
import { Desk } from "../desk/desk.ts";
import { tradingMigrations } from "../desk/migrations.ts";
import { createDayStore } from "../risk/day_store.ts";
import { createTotalsStore } from "../risk/totals_store.ts";
import { type TradingDatabase, tradingSchema } from "../desk/tables.ts";
import { DeskRisk } from "../risk/desk_risk.ts";

export const now = epochMs(Date.UTC(2026, 0, 7, 12));
export const symbols = ["EURUSD", "USDJPY", "EURGBP"] as Symbol[];
export const prices: Record<string, number> = { EURUSD: 116_000, USDJPY: 150_000, EURGBP: 86_000 };

export const quotes = new QuoteBook();
for (const symbol of symbols) {
  const bid = price(prices[symbol]!);
  const ask = price(bid + 10);
  quotes.apply({ symbol, bid, ask, venueTime: now, receivedTime: now, sequence: 1 });
}
export const market: Market = {
  now,
  quotes,
  rates: quoteRates(quotes),
  hours: tradingHours("always"),
  terms: {
    ...defaultTerms,
    commissions: [{
      currency: "EUR",
      perLot: micros(3_000_000n),
      perMillion: micros(20_000_000n),
      minimum: micros(1_000_000n),
    }],
  },
};

export const store = await openTestStore();
await migrate(store, tradingSchema, tradingMigrations);
export const db = store.database<TradingDatabase>(tradingSchema);
export const books = createBooksStore(db);
export const logger = createLogger({ service: "test", level: "silent" });
let nextId = 0;
export const ids = { next: () => `id-${nextId++}` };

/** Rules of risk over the same books, as a gateway has them. */
export function newRisk(): DeskRisk {
  const days = createDayStore(db);
  return new DeskRisk(days, createTotalsStore(db, { books, days }));
}

export const newDesk = (risk?: DeskRisk) =>
  new Desk({
    store: books,
    market: () => (risk === undefined ? market : { ...market, risk }),
    ...(risk === undefined ? {} : { risk }),
    events: createEventSource({ source: "/test", ids, clock: { now: () => now } }),
    logger,
    onStored: () => {},
  });

export const termsOf = (clientOrderId: string, over: Partial<OrderTerms> = {}): OrderTerms => ({
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

export const place = (desk: Desk, accountId: AccountId, terms: OrderTerms) =>
  desk.submit({
    kind: "place_order",
    accountId,
    terms,
    instrument: instrumentOf(terms.symbol),
  });

export function reportOf(
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

export async function openAccount(
  desk: Desk,
  currency: AccountCurrency = "USD",
  positions: PositionRules = defaultPositions,
): Promise<AccountId> {
  const accountId = `a-${nextId++}` as AccountId;
  await desk.submit({
    kind: "open_account",
    accountId,
    currency,
    positions,
    deposit: micros(100_000_000_000n),
  });
  return accountId;
}
