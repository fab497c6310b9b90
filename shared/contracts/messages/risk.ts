/** The `risk` topic: each level's rule as it now stands, for every checker of orders. */

import * as v from "valibot";
import { riskLevelPattern, type RiskLevelText } from "../../domain/risk/levels.ts";
import { tradingStates } from "../../domain/risk/limits.ts";
import { limitsText, storedLimits } from "../../domain/risk/limits_text.ts";
import type { VersionedRule } from "../../domain/risk/risk_book.ts";
import { eventSchema } from "./envelope.ts";
import { count, decimalText, symbolText } from "./values.ts";

const limitsData = v.strictObject({
  orderUnitsMax: v.optional(decimalText),
  orderNotionalMax: v.optional(decimalText),
  collarPercent: v.optional(decimalText),
  collarPoints: v.optional(count),
  positionUnitsMax: v.optional(decimalText),
  exposureMax: v.optional(decimalText),
  openOrdersMax: v.optional(count),
  ordersPerSecondMax: v.optional(count),
  orderBurstMax: v.optional(count),
  dailyLossMax: v.optional(decimalText),
  duplicateMs: v.optional(count),
  symbols: v.optional(v.array(symbolText)),
  totalPositionUnitsMax: v.optional(decimalText),
  totalExposureMax: v.optional(decimalText),
  totalOpenOrdersMax: v.optional(count),
  totalOrdersPerSecondMax: v.optional(count),
  totalOrderBurstMax: v.optional(count),
  totalDailyLossMax: v.optional(decimalText),
});

/** The newest wins by `version`; older ones are ignored. */
export const riskRuleChanged = eventSchema(
  "risk.rule_changed",
  v.strictObject({
    level: v.pipe(v.string(), v.regex(riskLevelPattern)),
    version: count,
    state: v.picklist(tradingStates),
    limits: limitsData,
  }),
);
export type RiskRuleChanged = v.InferOutput<typeof riskRuleChanged>;

export const toRuleData = (level: RiskLevelText, rule: VersionedRule): RiskRuleChanged["data"] => ({
  level,
  version: rule.version,
  state: rule.state,
  limits: limitsText(rule.limits) as RiskRuleChanged["data"]["limits"],
});

/** @throws RangeError when the publisher wrote what is no limit. */
export const fromRuleData = (
  data: RiskRuleChanged["data"],
): { level: RiskLevelText; rule: VersionedRule } => ({
  level: data.level as RiskLevelText,
  rule: { version: data.version, state: data.state, limits: storedLimits(data.limits) },
});
