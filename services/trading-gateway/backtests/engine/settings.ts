/** What a backtest runs under: everything its report depends on beside the prices and the strategy. */

import type { AccountCurrency } from "../../../../shared/domain/currency.ts";
import type { TradingHoursName } from "../../../../shared/domain/fx_week.ts";
import type { Symbol } from "../../../../shared/domain/instrument.ts";
import type { Micros } from "../../../../shared/domain/money.ts";
import type { TradingTerms } from "../../../../shared/domain/terms.ts";

/** How the simulated venue fills; see `shared/venues/fill_engine.ts`. */
export interface FillSettings {
  readonly latencyMs: number;
  readonly slippagePoints: number;
  readonly partialShare: number;
  readonly rejectShare: number;
}

export interface BacktestSettings {
  /** What the strategy trades. */
  readonly symbols: readonly Symbol[];
  /** `[from, to)`, epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly currency: AccountCurrency;
  readonly balance: Micros;
  readonly hours: TradingHoursName;
  readonly fills: FillSettings;
  /** Decides chance at the venue, and nothing else. */
  readonly seed: string;
  /** Commission, financing and margin: the platform's own. */
  readonly terms: TradingTerms;
}

/** A backtest that cannot go on: the strategy or the data are to blame, and the message says how. */
export class BacktestFailed extends Error {
  override readonly name = "BacktestFailed";
}
