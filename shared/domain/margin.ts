/**
 * Margin levels: when an account is called, and what is closed of it when it is stopped out. The
 * level is equity in per cent of margin used, compared without dividing.
 */

import { type Account, type Valuation, valueAccount, type ValuedBy } from "./account.ts";
import { legUnits } from "./holdings.ts";
import { type AccountId, reservedClientOrderPrefix } from "./ids.ts";
import { type Instrument, type Symbol, type Units, units } from "./instrument.ts";
import { instrumentOf } from "./instruments.ts";
import {
  hedgedMarginFor,
  legsMargin,
  type LegUnits,
  type MarginBy,
  type MarginMethod,
} from "./margin_rates.ts";
import { convert } from "./money.ts";
import { isOpen, type Order, remainingUnits } from "./orders/order.ts";
import { unrealised } from "./position.ts";
import { twiceMid } from "./quote.ts";

export const closeFirstNames = ["largest_margin", "largest_loss"] as const;

export interface MarginLevels {
  /** Below this the account is called. */
  readonly callPercent: number;
  /** Below this positions are closed until the level is reached again. */
  readonly stopOutPercent: number;
  readonly closeFirst: (typeof closeFirstNames)[number];
}

export interface MarginTerms extends MarginLevels, MarginMethod {
  /** Accounts with terms of their own. */
  readonly accounts: readonly (
    & Partial<MarginLevels>
    & Pick<MarginMethod["accounts"][number], "accountId" | "hedged">
  )[];
}

export const defaultMargin: MarginTerms = {
  callPercent: 100,
  stopOutPercent: 50,
  closeFirst: "largest_margin",
  tiers: new Map(),
  hedged: "max",
  accounts: [],
};

export function levelsFor(terms: MarginTerms, accountId: AccountId): MarginLevels {
  const own = terms.accounts.find((one) => one.accountId === accountId);
  return own === undefined ? terms : { ...terms, ...own };
}

type Levelled = Pick<Valuation, "equity" | "marginUsed">;

/** Whether equity is less than so many per cent of the margin used. */
export const isBelow = ({ equity, marginUsed }: Levelled, percent: number): boolean =>
  equity * 100n < marginUsed * BigInt(percent);

/** What an account's level asks for. */
export type MarginNeed = "call" | "end_call" | "stop_out" | "protect";

/** `null` when all is as it should be, or when it cannot be valued. */
export function marginNeed(
  account: Account,
  levels: MarginLevels,
  market: ValuedBy,
): MarginNeed | null {
  if (account.positions.size === 0) {
    if (account.marginCall) return "end_call";
    return account.balance < 0n && !isClosing(account) ? "protect" : null;
  }
  const valued = valueAccount(account, market);
  if (valued === null) return null;
  if (isBelow(valued, levels.stopOutPercent)) return "stop_out";
  if (isBelow(valued, levels.callPercent)) return account.marginCall ? null : "call";
  return account.marginCall ? "end_call" : null;
}

/** Orders by which the platform closes positions begin with this. */
export const stopOutPrefix = `${reservedClientOrderPrefix}stop-out:`;
/** Or with this, where a kill switch flattens. */
export const killPrefix = `${reservedClientOrderPrefix}kill:`;

export interface Closing {
  readonly symbol: Symbol;
  /** Signed as the position is: what of it is to be closed. */
  readonly units: Units;
}

/** What is held of an instrument, without what is being closed already. */
interface Closable {
  readonly instrument: Instrument;
  readonly held: LegUnits;
  readonly margin: bigint;
  readonly profit: bigint;
  marginOf(held: LegUnits): bigint;
}

/**
 * The least that has to be closed, in the order wanted, for the margin left to be covered at the
 * stop-out level; all of it where equity is gone. Counts what is being closed already as closed.
 *
 * Of units held both ways the surplus of the larger leg goes first, for whichever way legs are
 * margined that frees margin; after it both legs go together.
 */
export function closingsOf(account: Account, levels: MarginLevels, market: ValuedBy): Closing[] {
  const valued = valueAccount(account, market);
  if (valued === null) return [];
  const closable = closableOf(account, market).sort(
    levels.closeFirst === "largest_margin"
      ? (a, b) => order(b.margin, a.margin)
      : (a, b) => order(a.profit, b.profit),
  );
  if (valued.equity <= 0n) return closable.flatMap((one) => closing(one, { long: 0, short: 0 }));
  // Closing at the market leaves equity as it is: positions are valued at their closing side.
  const covered = valued.equity * 100n / BigInt(levels.stopOutPercent);
  let excess = closable.reduce((sum, one) => sum + one.margin, 0n) - covered;
  const closings: Closing[] = [];
  for (const one of closable) {
    if (excess <= 0n) break;
    const left = excess >= one.margin ? { long: 0, short: 0 } : leftOf(one, one.margin - excess);
    closings.push(...closing(one, left));
    excess -= one.margin;
  }
  return closings;
}

const order = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

function closableOf(account: Account, market: ValuedBy): Closable[] {
  const { margin: { tiers, ...method } } = market.terms;
  const hedged = hedgedMarginFor({ tiers, ...method }, account.accountId);
  const profits = new Map<Symbol, bigint>();
  for (const held of account.positions.values()) {
    const { symbol } = held;
    const instrument = instrumentOf(symbol);
    const toAccount = market.rates.rate(instrument.quote, account.currency)!;
    const profit = convert(unrealised(held, market.quotes.get(symbol)!, instrument), toAccount);
    profits.set(symbol, (profits.get(symbol) ?? 0n) + profit);
  }
  return [...profits].flatMap(([symbol, profit]) => {
    const instrument = instrumentOf(symbol);
    const held = freeUnits(account, symbol);
    if (held.long === 0 && held.short === 0) return [];
    const doubledMid = twiceMid(market.quotes.get(symbol)!);
    const toAccount = market.rates.rate(instrument.quote, account.currency)!;
    const by: MarginBy & { hedged: typeof hedged } = { instrument, toAccount, tiers, hedged };
    const marginOf = (legs: LegUnits) => legsMargin(legs, doubledMid, by);
    return [{ instrument, held, profit, margin: marginOf(held), marginOf }];
  });
}

/** What none of the platform's closing orders is closing yet. */
export function freeUnits(account: Account, symbol: Symbol): LegUnits {
  let { long, short } = legUnits(account, symbol);
  for (const one of account.orders.values()) {
    if (one.symbol !== symbol || !isClosingOrder(one)) continue;
    if (one.side === "sell") long -= remainingUnits(one);
    else short -= remainingUnits(one);
  }
  return { long: Math.max(long, 0), short: Math.max(short, 0) };
}

/** Whether the platform is closing a position by this order. */
export const isClosingOrder = (one: Order): boolean =>
  isOpen(one.status) &&
  (one.clientOrderId.startsWith(stopOutPrefix) || one.clientOrderId.startsWith(killPrefix));

/** Whether any position of the account is being closed. */
export const isClosing = (account: Account): boolean =>
  account.orders.values().some(isClosingOrder);

/** The most that may stay of a holding whose margin may be so much. */
function leftOf(one: Closable, marginMax: bigint): LegUnits {
  const { long, short } = one.held;
  const both = Math.min(long, short);
  const surplus = Math.abs(long - short);
  const onlySurplus = (left: number): LegUnits =>
    long > short ? { long: both + left, short } : { long, short: both + left };
  const fits = (legs: LegUnits) => one.marginOf(legs) <= marginMax;
  if (fits(onlySurplus(0))) {
    return onlySurplus(surplus - leastOf(surplus, one, (n) => fits(onlySurplus(surplus - n))));
  }
  const pairs = (left: number): LegUnits => ({ long: left, short: left });
  return pairs(both - leastOf(both, one, (n) => fits(pairs(both - n))));
}

/** The least size up to `all`, on the instrument's grid, that will do; what will do does for more. */
function leastOf(all: number, { instrument }: Closable, does: (size: number) => boolean): number {
  const { unitsMin, unitsStep } = instrument;
  const sizes = (at: number) => Math.min(all, unitsMin + at * unitsStep);
  let low = 0;
  let high = Math.max(0, Math.ceil((all - unitsMin) / unitsStep));
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (does(sizes(middle))) high = middle;
    else low = middle + 1;
  }
  return sizes(low);
}

/** What has to be closed for so much to be left, a closing for each leg. */
function closing({ instrument, held }: Closable, left: LegUnits): Closing[] {
  const { symbol, unitsMax } = instrument;
  const long = Math.min(held.long - left.long, unitsMax);
  const short = Math.min(held.short - left.short, unitsMax);
  return [
    ...(long > 0 ? [{ symbol, units: units(long) }] : []),
    ...(short > 0 ? [{ symbol, units: units(-short) }] : []),
  ];
}
