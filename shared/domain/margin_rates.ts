/**
 * What a holding needs of margin, in integers.
 *
 * Rates rise in tiers with what is held of an instrument, counted in units of its base currency,
 * which is what its notional is quoted in. Each tier's rate is for the units within it:
 *
 *     margin = ⌈ notional × Σ (units in tier × rate of tier) ÷ (units × 10⁶) ⌉
 *
 * where `notional` is all units at mid, converted to the account's currency and rounded half to
 * even to the micro; the division by two that the mid needs is part of the last one. Rounded up
 * once. Units held both ways are margined by the larger leg, by both, or by the difference.
 */

import type { AccountId } from "./ids.ts";
import { type Instrument, notional, type Price, type Symbol, type Units } from "./instrument.ts";
import { convert, type Micros, micros, type Rate, zeroMicros } from "./money.ts";

/** From so many units on. The first tier of an instrument begins at 0, each later one higher. */
export interface MarginTier {
  readonly aboveUnits: number;
  /** Margin for one unit of notional, in parts per million. */
  readonly ratePpm: number;
}

/** Of a long and a short leg: the larger margin, both, or that of the net units. */
export const hedgedMargins = ["max", "sum", "net"] as const;
export type HedgedMargin = (typeof hedgedMargins)[number];

/** The broker's tiers by symbol; an instrument without has its own rate throughout. */
export type MarginTiers = ReadonlyMap<Symbol, readonly MarginTier[]>;

/** How the broker margins what accounts hold. */
export interface MarginMethod {
  readonly tiers: MarginTiers;
  readonly hedged: HedgedMargin;
  /** Accounts with terms of their own. */
  readonly accounts: readonly {
    readonly accountId: AccountId;
    readonly hedged?: HedgedMargin | undefined;
  }[];
}

export const hedgedMarginFor = (method: MarginMethod, accountId: AccountId): HedgedMargin =>
  method.accounts.find((one) => one.accountId === accountId)?.hedged ?? method.hedged;

export interface MarginBy {
  readonly instrument: Instrument;
  /** From the instrument's quote currency to the account's. */
  readonly toAccount: Rate;
  readonly tiers: MarginTiers;
}

/** Margin for a holding of either sign at twice the mid. */
export function marginFor(held: Units, doubledMid: number, by: MarginBy): Micros {
  if (held === 0) return zeroMicros;
  const size = (held < 0 ? -held : held) as Units;
  const doubled = convert(notional(doubledMid as Price, size, by.instrument), by.toAccount);
  const tiers = by.tiers.get(by.instrument.symbol);
  if (tiers === undefined) {
    return micros((doubled * BigInt(by.instrument.marginRatePpm) + 1_999_999n) / 2_000_000n);
  }
  const share = 2_000_000n * BigInt(size);
  return micros((doubled * weighed(size, tiers) + share - 1n) / share);
}

/** The sum over the tiers of units within times rate. */
function weighed(size: number, tiers: readonly MarginTier[]): bigint {
  let sum = 0n;
  for (const [at, { aboveUnits, ratePpm }] of tiers.entries()) {
    if (aboveUnits >= size) break;
    const upTo = Math.min(size, tiers[at + 1]?.aboveUnits ?? size);
    sum += BigInt(upTo - aboveUnits) * BigInt(ratePpm);
  }
  return sum;
}

/** Sizes held each way of one instrument; a netting account has one of them at most. */
export interface LegUnits {
  readonly long: number;
  readonly short: number;
}

/** Margin for both legs at twice the mid. */
export function legsMargin(
  held: LegUnits,
  doubledMid: number,
  by: MarginBy & { readonly hedged: HedgedMargin },
): Micros {
  const { long, short } = held;
  const of = (size: number) => marginFor(size as Units, doubledMid, by);
  if (long === 0 || short === 0) return of(long + short);
  switch (by.hedged) {
    case "max": // margin never falls as the size grows
      return of(Math.max(long, short));
    case "sum":
      return micros(of(long) + of(short));
    case "net":
      return of(Math.abs(long - short));
  }
}
