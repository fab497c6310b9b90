/** What the trading gateway works with, and how it starts. */

import type { Kysely } from "kysely";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { QuoteBook } from "../../shared/domain/quote.ts";
import { quoteRates } from "../../shared/domain/rates.ts";
import { defaultTerms, type TradingTerms } from "../../shared/domain/terms.ts";
import { consumeTopic } from "../../shared/runtime/consume.ts";
import { createEventSource } from "../../shared/runtime/events.ts";
import type { Ground } from "../../shared/runtime/ground.ts";
import type { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { followQuotes } from "../../shared/runtime/quote_feed.ts";
import type { ServiceApp } from "../../shared/runtime/service_app.ts";
import type { ServiceDeps } from "../../shared/runtime/service_deps.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { timeseriesMigrations } from "../../shared/timeseries/bars_table.ts";
import { timeseriesSchema } from "../../shared/timeseries/database.ts";
import { historyOf } from "../../shared/timeseries/block_history.ts";
import { depotOf, type DepotSettings } from "../../shared/timeseries/depot/open_depot.ts";
import { BacktestRunner } from "./backtests/jobs/backtest_runner.ts";
import { BacktestStore } from "./backtests/jobs/backtest_store.ts";
import { type BooksStore, createBooksStore } from "./desk/books_store.ts";
import type { Market } from "./desk/decision.ts";
import { DeskMeter } from "./desk/desk_meter.ts";
import { Desk } from "./desk/desk.ts";
import { tradingMigrations } from "./desk/migrations.ts";
import { type TradingDatabase, tradingSchema } from "./desk/tables.ts";
import { applyReports } from "./executions/apply_reports.ts";
import { reconcile } from "./executions/reconcile.ts";
import { Rolls } from "./financing/rolls.ts";
import { MarginWatch } from "./margin/margin_watch.ts";
import { Relay } from "./outbox/relay.ts";
import type { ChangeParts } from "./risk/change_rule.ts";
import { createDayStore } from "./risk/day_store.ts";
import { createTotalsStore } from "./risk/totals_store.ts";
import { DeskRisk } from "./risk/desk_risk.ts";
import { followRules } from "./risk/follow_rules.ts";
import { KillSwitch } from "./risk/kill_switch.ts";

export type TradingApp = ServiceApp;

export interface TradingDeps extends ServiceDeps {
  readonly db: Kysely<TradingDatabase>;
  readonly books: BooksStore;
  /** The one writer of the books. */
  readonly desk: Desk;
  readonly market: () => Market;
  readonly rolls: Rolls;
  readonly risk: DeskRisk;
  readonly riskParts: ChangeParts;
  readonly kills: KillSwitch;
  readonly backtests: BacktestStore;
  readonly backtestRunner: BacktestRunner;
}

/** `history` says where blocks lie that were moved out of the database. */
export type TradingGround = Ground & {
  readonly terms?: TradingTerms;
  readonly history?: DepotSettings | undefined;
};

/** Migrates, then runs the relay, the reports' consumer and reconciliation until the end. */
export async function startTrading(
  ground: TradingGround,
  lifecycle: Lifecycle,
): Promise<TradingDeps> {
  const { store, streams, logger, marketClock, hours, terms = defaultTerms } = ground;
  await migrate(store, tradingSchema, tradingMigrations);
  const db = store.database<TradingDatabase>(tradingSchema);
  const books = createBooksStore(db);
  const quotes = new QuoteBook();
  const rates = quoteRates(quotes);
  const days = createDayStore(db);
  const risk = new DeskRisk(days, createTotalsStore(db, { books, days }));
  const market = (): Market => {
    return { now: marketClock.now(), quotes, rates, hours, terms, risk };
  };
  const events = createEventSource({
    source: "/services/trading-gateway",
    ids: ground.ids,
    clock: ground.clock,
  });
  const relay = new Relay({ db, streams, logger });
  const desk = new Desk({
    store: books,
    market,
    events,
    logger,
    meter: new DeskMeter(ground.metrics),
    risk,
    onStored: () => relay.kick(),
    onAccounts: (accounts) => margins.update(accounts),
  });
  const margins = new MarginWatch({ db, books, desk, market, logger });
  const riskParts = { db, risk, events, onStored: () => relay.kick() };
  const kills = new KillSwitch({ ...riskParts, desk, now: () => ground.clock.now(), logger });
  await followRules({ ...riskParts, ...ground, book: risk.book, signal: lifecycle.signal });
  const rolls = new Rolls({ ...ground, db, desk, terms: terms.financing });
  await rolls.begin();
  await followQuotes({
    streams,
    book: quotes,
    marketClock,
    onQuotes: (quotes) => {
      rolls.take(quotes);
      margins.take(quotes);
    },
    logger,
    signal: lifecycle.signal,
  });
  const backtesting = await openBacktests({ ...ground, terms }, db);
  lifecycle.run("outbox relay", (signal) => relay.run(signal));
  lifecycle.run("executions", (signal) => consumeReports(ground, desk, signal));
  lifecycle.run(
    "reconciliation",
    (signal) => reconcile({ db, streams, events, logger, now: () => marketClock.now() }, signal),
  );
  lifecycle.run("kills", (signal) => kills.run(signal));
  lifecycle.run("margins", (signal) => margins.run(signal));
  lifecycle.run("financing", (signal) => rolls.run(signal));
  lifecycle.run("backtests", (signal) => backtesting.backtestRunner.run(signal));
  lifecycle.onStop("desk", () => desk.idle());
  return { ...ground, db, books, desk, market, rolls, risk, riskParts, kills, ...backtesting };
}

/** Backtests read the history that others write, in a schema that may not be there yet. */
async function openBacktests(
  ground: TradingGround & { readonly terms: TradingTerms },
  db: Kysely<TradingDatabase>,
): Promise<Pick<TradingDeps, "backtests" | "backtestRunner">> {
  const { store, clock, ids, terms, logger } = ground;
  await migrate(store, timeseriesSchema, timeseriesMigrations);
  const history = historyOf(store, depotOf(ground.history ?? {}));
  const backtests = new BacktestStore(db);
  const backtestRunner = new BacktestRunner({
    ...{ store: backtests, history, terms, logger },
    owner: ids.next(),
    now: () => clock.now(),
  });
  return { backtests, backtestRunner };
}

const consumeReports = ({ streams, ids, logger }: Ground, desk: Desk, signal: AbortSignal) =>
  consumeTopic({
    streams,
    topic: topics.executions,
    group: "trading",
    consumer: ids.next(),
    // A fill is money: it is tried again for as long as it takes a rate to arrive.
    redeliverAfterMs: 2_000,
    deliveriesMax: 1_000,
    logger,
    signal,
    handle: (reports) => applyReports({ desk, logger }, reports),
  });
