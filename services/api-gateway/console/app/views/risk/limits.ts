/** The limits of a rule, in words. */

import type { RiskLimits } from "../../../../../../shared/sdk/mod.ts";

export type LimitName = keyof RiskLimits;

export const limitNames: Readonly<Record<LimitName, string>> = {
  orderUnitsMax: "Units of one order, at most",
  orderNotionalMax: "Worth of one order, at most (USD)",
  collarPercent: "Prices from mid, at most (%)",
  collarPoints: "Prices from mid, at most (points)",
  positionUnitsMax: "Units of a position, at most",
  exposureMax: "Worth of all positions, at most (USD)",
  openOrdersMax: "Open orders, at most",
  ordersPerSecondMax: "Orders a second, at most",
  orderBurstMax: "Orders at once, at most",
  dailyLossMax: "Loss in a day, at most (USD)",
  duplicateMs: "The same order again, not within (ms)",
  symbols: "Symbols that are traded",
  totalPositionUnitsMax: "All accounts: units of a side, at most",
  totalExposureMax: "All accounts: worth of all positions, at most (USD)",
  totalOpenOrdersMax: "All accounts: open orders, at most",
  totalOrdersPerSecondMax: "All accounts: orders a second, at most",
  totalOrderBurstMax: "All accounts: orders at once, at most",
  totalDailyLossMax: "All accounts: loss in a day, at most (USD)",
};

const whole: readonly LimitName[] = [
  "collarPoints",
  "openOrdersMax",
  "ordersPerSecondMax",
  "orderBurstMax",
  "duplicateMs",
  "totalOpenOrdersMax",
  "totalOrdersPerSecondMax",
  "totalOrderBurstMax",
];

/** Limits from fields of text; empty ones are no limit. */
export function limitsOf(texts: Readonly<Partial<Record<LimitName, string>>>): RiskLimits {
  const filled = Object.entries(texts).map(([name, text]) =>
    [name as LimitName, text.trim()] as const
  )
    .filter(([, text]) => text !== "");
  return Object.fromEntries(
    filled.map(([name, text]) => [
      name,
      name === "symbols" ? text.split(/[\s,]+/) : whole.includes(name) ? Number(text) : text,
    ]),
  );
}

export function textsOf(limits: RiskLimits): Partial<Record<LimitName, string>> {
  return Object.fromEntries(
    Object.entries(limits).map((
      [name, limit],
    ) => [name, Array.isArray(limit) ? limit.join(" ") : String(limit)]),
  );
}
