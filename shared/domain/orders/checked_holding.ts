/**
 * The part of the order check that asks what an account holds: whether the order may meet the
 * position, and what margin it needs. Pure, and the same at the edge, which knows no lots, and in
 * the core.
 */

import { closableUnits, type Holder, legUnits } from "../holdings.ts";
import type { AccountId } from "../ids.ts";
import type { Instrument } from "../instrument.ts";
import {
  type HedgedMargin,
  hedgedMarginFor,
  legsMargin,
  type LegUnits,
  type MarginMethod,
  type MarginTiers,
} from "../margin_rates.ts";
import { type Micros, micros, type Rate } from "../money.ts";
import { legOf, lotsMax, positionKey, type PositionMode } from "../position.ts";
import { directionOf, type OrderTerms } from "./order.ts";
import type { RejectReason } from "./rejects.ts";

/** What the check is told of a holding in the order's instrument. */
export interface CheckedHolding extends LegUnits {
  readonly mode: PositionMode;
  /** Lots in the position that the order would add to; 0 where none are kept or known. */
  readonly lots: number;
  /** What the lot it names could close; `null` where it names none, or lots are not known. */
  readonly lotUnits: number | null;
  readonly tiers: MarginTiers;
  readonly hedged: HedgedMargin;
}

/** What an account holds, for the check; `knowsLots` is false at the edge. */
export function checkedHolding(
  account: Pick<Holder, "positionMode" | "positions"> & { readonly accountId: AccountId },
  terms: Pick<OrderTerms, "symbol" | "side" | "closeLotId">,
  about: { readonly method: MarginMethod; readonly knowsLots: boolean },
): CheckedHolding {
  const { method, knowsLots } = about;
  const { long, short } = legUnits(account, terms.symbol);
  const own = positionKey(terms.symbol, legOf(account.positionMode, directionOf(terms.side)));
  return {
    mode: account.positionMode,
    long,
    short,
    lots: account.positions.get(own)?.lots?.length ?? 0,
    lotUnits: knowsLots && terms.closeLotId !== null ? closableUnits(account, terms) : null,
    tiers: method.tiers,
    hedged: hedgedMarginFor(method, account.accountId),
  };
}

/**
 * Reduce-only must lie within what is held the other way, or within its lot; open-only must not lie
 * against a position, which in a hedging account nothing does.
 */
export function checkPosition(terms: OrderTerms, holding: CheckedHolding): RejectReason | null {
  const hedging = holding.mode === "hedging";
  const against = terms.side === "buy" ? holding.short : holding.long;
  if (terms.closeLotId !== null && !hedging) return "close_lot_not_allowed";
  if (terms.positionFill === "reduce_only") {
    if (terms.closeLotId !== null && holding.lotUnits === 0) return "lot_unknown";
    return terms.units <= (holding.lotUnits ?? against) ? null : "reduce_only_would_open";
  }
  if (holding.lots >= lotsMax) return "too_many_lots";
  if (terms.positionFill === "open_only" && !hedging && against > 0) {
    return "open_only_would_reduce";
  }
  return null;
}

/** What is held once the whole order has filled. */
export function holdingAfter(
  terms: Pick<OrderTerms, "side" | "units" | "positionFill">,
  { mode, long, short }: Pick<CheckedHolding, "mode" | "long" | "short">,
): LegUnits {
  const buys = terms.side === "buy";
  if (mode === "hedging") {
    // What closes a leg is at most as large; see `checkPosition`.
    if (terms.positionFill === "reduce_only") {
      return buys ? { long, short: short - terms.units } : { long: long - terms.units, short };
    }
    return buys ? { long: long + terms.units, short } : { long, short: short + terms.units };
  }
  const net = long - short + (buys ? terms.units : -terms.units);
  return { long: Math.max(net, 0), short: Math.max(-net, 0) };
}

/**
 * Whether the order may add to the margin used. Closing does not, save where legs are margined by
 * their difference and closing the smaller one uncovers the larger.
 */
export function mayAddMargin(terms: OrderTerms, holding: CheckedHolding): boolean {
  if (holding.mode === "hedging") {
    return terms.positionFill !== "reduce_only" || holding.hedged === "net";
  }
  const against = terms.side === "buy" ? holding.short : holding.long;
  return terms.units > 2 * against;
}

/** What the order adds to the margin used, rounded up; not positive where it frees some. */
export function addedMargin(
  terms: OrderTerms,
  holding: CheckedHolding,
  at: { readonly instrument: Instrument; readonly toAccount: Rate; readonly doubledMid: number },
): Micros {
  const { instrument, toAccount, doubledMid } = at;
  const by = { instrument, toAccount, tiers: holding.tiers, hedged: holding.hedged };
  const held = legsMargin(holding, doubledMid, by);
  return micros(legsMargin(holdingAfter(terms, holding), doubledMid, by) - held);
}
