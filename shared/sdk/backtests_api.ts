/** Operations on backtests: jobs that run a strategy of the platform over its stored history. */

import type {
  Backtest,
  BacktestReport,
  BacktestStrategy,
  CreateBacktest,
  ListBacktestsData,
  ListBacktestsResponse,
} from "./generated/types.gen.ts";
import type { CallOptions } from "./call_options.ts";

type Query<Data extends { query?: unknown }> = NonNullable<Data["query"]>;

export interface BacktestsApi {
  /**
   * Asks for a backtest; watch it with `getBacktest`. Repeated while its outcome is unknown: its
   * `backtestId` makes that safe.
   */
  createBacktest(asked: CreateBacktest, o?: CallOptions): Promise<Backtest>;
  /** Newest first. */
  listBacktests(
    query?: Query<ListBacktestsData>,
    o?: CallOptions,
  ): Promise<ListBacktestsResponse>;
  getBacktest(backtestId: string, o?: CallOptions): Promise<Backtest>;
  /** Stops it at once; one that has ended stays as it is. */
  cancelBacktest(backtestId: string, o?: CallOptions): Promise<Backtest>;
  /** Refused with `backtest_not_done` until its state is `done`. */
  getBacktestReport(backtestId: string, o?: CallOptions): Promise<BacktestReport>;
  /** The report as a page with pictures. */
  getBacktestPage(backtestId: string, o?: CallOptions): Promise<string>;
  /** What a backtest can name, with every parameter's default. */
  listBacktestStrategies(o?: CallOptions): Promise<{ strategies: BacktestStrategy[] }>;
  /** Its trades as CSV. */
  getBacktestTrades(backtestId: string, o?: CallOptions): Promise<string>;
}
