/** What market data works with, and how it starts. */

import type { Kysely } from "kysely";
import type { TradingHours } from "../../shared/domain/fx_week.ts";
import { defaultGuarantees, type GuaranteeRule } from "../../shared/domain/orders/guarantee.ts";
import { QuoteBook } from "../../shared/domain/quote.ts";
import type { Clock } from "../../shared/domain/time.ts";
import type { Ground } from "../../shared/runtime/ground.ts";
import type { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { followQuotes } from "../../shared/runtime/quote_feed.ts";
import type { ServiceApp } from "../../shared/runtime/service_app.ts";
import type { ServiceDeps } from "../../shared/runtime/service_deps.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { timeseriesMigrations } from "../../shared/timeseries/bars_table.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../shared/timeseries/database.ts";
import { historyOf } from "../../shared/timeseries/block_history.ts";
import { depotOf, type DepotSettings } from "../../shared/timeseries/depot/open_depot.ts";
import type { History } from "../../shared/timeseries/history.ts";

export type MarketDataApp = ServiceApp;

export interface MarketDataDeps extends ServiceDeps {
  readonly db: Kysely<TimeseriesDatabase>;
  readonly history: History;
  readonly quotes: QuoteBook;
  readonly hours: TradingHours;
  /** Where stops are guaranteed, to be told with the instruments. */
  readonly guarantees: readonly GuaranteeRule[];
  /** The machine's clock, or a manual one that the quotes move on. */
  readonly marketClock: Clock;
}

export type MarketDataGround = Ground & {
  /** Where blocks lie that were moved out of the database. */
  readonly history?: DepotSettings | undefined;
  /** Default: the platform's. */
  readonly guarantees?: readonly GuaranteeRule[];
};

/** Migrates, then keeps the newest quote of every symbol until the end. */
export async function startMarketData(
  ground: MarketDataGround,
  lifecycle: Lifecycle,
): Promise<MarketDataDeps> {
  const { store, streams, marketClock, logger } = ground;
  await migrate(store, timeseriesSchema, timeseriesMigrations);
  const quotes = new QuoteBook();
  await followQuotes({
    streams,
    book: quotes,
    marketClock,
    logger,
    signal: lifecycle.signal,
  });
  const db = store.database<TimeseriesDatabase>(timeseriesSchema);
  const history = historyOf(store, depotOf(ground.history ?? {}));
  return { ...ground, guarantees: ground.guarantees ?? defaultGuarantees, db, history, quotes };
}
