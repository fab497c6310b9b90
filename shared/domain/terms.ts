/** What trading costs here, and what an account may risk: the broker's own terms, as data. */

import type { CommissionRule } from "./commission.ts";

export interface TradingTerms {
  /** The first that fits an account and instrument counts; none means no commission. */
  readonly commissions: readonly CommissionRule[];
}

export const plainTerms: TradingTerms = { commissions: [] };
