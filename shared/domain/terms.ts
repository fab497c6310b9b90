/** What trading costs here, and what an account may risk: the broker's own terms, as data. */

import type { CommissionRule } from "./commission.ts";
import { defaultMargin, type MarginTerms } from "./margin.ts";
import { defaultGuarantees, type GuaranteeRule } from "./orders/guarantee.ts";
import type { FinancingTerms } from "./settlement/financing.ts";
import { defaultFinancing } from "./settlement/financing_defaults.ts";

export interface TradingTerms {
  /** The first that fits an account and instrument counts; none means no commission. */
  readonly commissions: readonly CommissionRule[];
  readonly financing: FinancingTerms;
  readonly margin: MarginTerms;
  /** Where stops are guaranteed: the first that fits an instrument counts. */
  readonly guarantees: readonly GuaranteeRule[];
}

export const defaultTerms: TradingTerms = {
  commissions: [],
  financing: defaultFinancing,
  margin: defaultMargin,
  guarantees: defaultGuarantees,
};
