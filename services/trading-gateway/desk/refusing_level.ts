/** Which level's rule of risk refuses an order, for the words that go with the refusal. */

import type { Account } from "../../../shared/domain/account.ts";
import type { Instrument } from "../../../shared/domain/instrument.ts";
import type { RejectReason } from "../../../shared/domain/orders/rejects.ts";
import type { CheckedRisk } from "../../../shared/domain/risk/check_risk.ts";
import { levelsOf } from "../../../shared/domain/risk/risk_book.ts";
import { riskRejects } from "../../../shared/domain/risk/risk_rejects.ts";
import type { Market } from "./decision.ts";

/**
 * Asks each level alone, the most general first. `null` for a refusal that no rule of risk gives, or
 * that only several levels together do: the rate of one with the burst of another.
 */
export function refusedBy(
  account: Account,
  about: {
    readonly instrument: Instrument;
    readonly reason: RejectReason;
    readonly market: Market;
  },
  check: (risk: CheckedRisk) => RejectReason | null,
): string | null {
  const { instrument, reason, market } = about;
  if (market.risk === undefined || !isOfRisk(reason)) return null;
  for (const level of levelsOf(account, instrument.symbol)) {
    const risk = market.risk.about(account, instrument, { ...market, level });
    if (risk !== null && check(risk) === reason) return `by the rule of ${level}`;
  }
  return null;
}

const isOfRisk = (reason: RejectReason): boolean =>
  reason in riskRejects || reason === "too_many_open_orders";
