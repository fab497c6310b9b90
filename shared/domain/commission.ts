/** Commission of a fill: per lot, per million of notional, and at least a minimum per order. */

import type { AccountCurrency, Currency } from "./currency.ts";
import { divideHalfEven } from "./decimal.ts";
import type { AccountId } from "./ids.ts";
import { type Instrument, notional, type Price, type Units, units } from "./instrument.ts";
import { convert, type Micros, micros, type Rate, ratePrecision } from "./money.ts";
import type { Rates } from "./rates.ts";

/** `major`: the dollar against a major. `cross`: two majors. `metal`, and `other` for the rest. */
export const instrumentGroups = ["major", "cross", "metal", "other"] as const;
export type InstrumentGroup = (typeof instrumentGroups)[number];

const majors = new Set<Currency>(["EUR", "GBP", "AUD", "NZD", "USD", "CAD", "CHF", "JPY"]);

export function groupOf({ base, quote }: Instrument): InstrumentGroup {
  if (base === "XAU" || base === "XAG") return "metal";
  if (!majors.has(base) || !majors.has(quote)) return "other";
  return base === "USD" || quote === "USD" ? "major" : "cross";
}

/** Units in a lot: 100,000 of a currency, 100 ounces of gold, 5,000 of silver. */
export const lotUnitsOf = ({ base }: Instrument): number =>
  base === "XAU" ? 100 : base === "XAG" ? 5_000 : 100_000;

export interface CommissionRule {
  /** Accounts it is for; left out, all. */
  readonly accounts?: readonly AccountId[] | undefined;
  /** Groups of instruments it is for; left out, all. */
  readonly groups?: readonly InstrumentGroup[] | undefined;
  readonly currency: AccountCurrency;
  /** Of `currency`, for each lot, in proportion. */
  readonly perLot: Micros;
  /** Of `currency`, for each million of notional in it, in proportion. */
  readonly perMillion: Micros;
  /** Of `currency`, for an order that fills at all. */
  readonly minimum: Micros;
}

/** What a fill was charged. */
export interface Commission {
  /** In the rule's currency. */
  readonly amount: Micros;
  readonly currency: AccountCurrency;
  /** What left the cash, in the account's currency, at `rate`. */
  readonly charged: Micros;
  readonly rate: Rate;
  /** From the instrument's quote currency to the rule's: what the notional was counted at. */
  readonly notionalRate: Rate;
}

/** How much of an order has filled: units, and the sum of price times units in points. */
export interface FilledSoFar {
  readonly filledUnits: Units;
  readonly filledCost: bigint;
}

export interface ChargedFill {
  readonly account: { readonly accountId: AccountId; readonly currency: AccountCurrency };
  readonly instrument: Instrument;
  /** The order before the fill. */
  readonly order: FilledSoFar;
  /** Of either sign. */
  readonly units: Units;
  readonly price: Price;
}

export const commissionRuleFor = (
  rules: readonly CommissionRule[],
  accountId: AccountId,
  instrument: Instrument,
): CommissionRule | undefined =>
  rules.find(({ accounts, groups }) =>
    (accounts?.includes(accountId) ?? true) && (groups?.includes(groupOf(instrument)) ?? true)
  );

/**
 * The commission of a fill: what the order owes after it less what it owed before, so that the
 * minimum counts once an order. `undefined` when nothing is owed, `null` when a rate is missing.
 */
export function commissionOf(
  rules: readonly CommissionRule[],
  fill: ChargedFill,
  rates: Rates,
): Commission | undefined | null {
  const { account, instrument, order } = fill;
  const rule = commissionRuleFor(rules, account.accountId, instrument);
  if (rule === undefined) return undefined;
  const rate = rates.rate(rule.currency, account.currency);
  const notionalRate = rates.rate(instrument.quote, rule.currency);
  if (rate === null || notionalRate === null) return null;
  const size = Math.abs(fill.units);
  const after = {
    filledUnits: units(order.filledUnits + size),
    filledCost: order.filledCost + BigInt(fill.price) * BigInt(size),
  };
  const by = { rule, instrument, notionalRate };
  const amount = micros(owed(after, by) - owed(order, by));
  if (amount === 0n) return undefined;
  return {
    amount,
    currency: rule.currency,
    charged: convert(amount, rate),
    rate,
    notionalRate,
  };
}

const perMillionScale = 10n ** BigInt(ratePrecision) * 1_000_000n * 1_000_000n;

/** Of an order's fills, in the rule's currency, rounded half to even once. */
function owed(
  { filledUnits, filledCost }: FilledSoFar,
  by: { rule: CommissionRule; instrument: Instrument; notionalRate: Rate },
): bigint {
  if (filledUnits === 0) return 0n;
  const { rule, instrument, notionalRate } = by;
  const lot = BigInt(lotUnitsOf(instrument));
  const onePoint = notional(1 as Price, units(1), instrument);
  const byLot = rule.perLot * BigInt(filledUnits) * perMillionScale;
  const byNotional = filledCost * onePoint * notionalRate * rule.perMillion * lot;
  const sum = divideHalfEven(byLot + byNotional, lot * perMillionScale);
  return sum > rule.minimum ? sum : rule.minimum;
}
