/** What the desk asks of its rules of risk, and they of the store. */

import type { Account } from "../../../shared/domain/account.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import type { Instrument } from "../../../shared/domain/instrument.ts";
import type { QuoteBook } from "../../../shared/domain/quote.ts";
import type { Rates } from "../../../shared/domain/rates.ts";
import type { CheckedRisk } from "../../../shared/domain/risk/check_risk.ts";
import type { RiskLevelText } from "../../../shared/domain/risk/levels.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";

/** The market as far as risk looks at it. */
export interface RiskMarket {
  readonly now: EpochMs;
  readonly quotes: QuoteBook;
  readonly rates: Rates;
}

/** What the order check is told of an account's risk; the desk's own is a `DeskRisk`. */
export interface RiskSource {
  /**
   * `null` where no rule binds the order. Good until the next call. With a `level`, that level's rule
   * alone, as if there were no other.
   */
  about(
    account: Account,
    instrument: Instrument,
    market: RiskMarket & { readonly level?: RiskLevelText },
  ): CheckedRisk | null;
}

export interface DayStore {
  /** Fills and financing since a moment, by account. */
  daysOf(
    ids: readonly AccountId[],
    since: EpochMs,
  ): Promise<ReadonlyMap<AccountId, readonly Transaction[]>>;
  /** The last prices of the newest FX day that had ended by then, and when it ended. */
  begunAt(at: EpochMs): Promise<{ readonly endedAt: EpochMs; readonly quotes: QuoteBook } | null>;
}
