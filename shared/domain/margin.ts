/**
 * Margin levels: when an account is called, and what is closed of it when it is stopped out. The
 * level is equity in per cent of margin used, compared without dividing.
 */

import { type Account, marginFor, type Valuation, valueAccount } from "./account.ts";
import { type AccountId, reservedClientOrderPrefix } from "./ids.ts";
import { type Instrument, type Symbol, type Units, units } from "./instrument.ts";
import { instrumentOf } from "./instruments.ts";
import { convert } from "./money.ts";
import { isOpen, type Order, remainingUnits } from "./orders/order.ts";
import { unrealised } from "./position.ts";
import { type QuoteBook, twiceMid } from "./quote.ts";
import type { Rates } from "./rates.ts";

export const closeFirstNames = ["largest_margin", "largest_loss"] as const;

export interface MarginLevels {
  /** Below this the account is called. */
  readonly callPercent: number;
  /** Below this positions are closed until the level is reached again. */
  readonly stopOutPercent: number;
  readonly closeFirst: (typeof closeFirstNames)[number];
}

export interface MarginTerms extends MarginLevels {
  /** Accounts with levels of their own. */
  readonly accounts: readonly (Partial<MarginLevels> & { readonly accountId: AccountId })[];
}

export const defaultMargin: MarginTerms = {
  callPercent: 100,
  stopOutPercent: 50,
  closeFirst: "largest_margin",
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
  market: { readonly quotes: QuoteBook; readonly rates: Rates },
): MarginNeed | null {
  if (account.positions.size === 0) {
    if (account.marginCall) return "end_call";
    return account.balance < 0n && !isClosing(account) ? "protect" : null;
  }
  const valued = valueAccount(account, market.quotes, market.rates);
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

interface Closable {
  readonly symbol: Symbol;
  readonly instrument: Instrument;
  /** Signed; without what is being closed already. */
  readonly units: Units;
  readonly margin: bigint;
  readonly profit: bigint;
}

/**
 * The least that has to be closed, in the order wanted, for the margin left to be covered at the
 * stop-out level; all of it where equity is gone. Counts what is being closed already as closed.
 */
export function closingsOf(
  account: Account,
  levels: MarginLevels,
  market: { readonly quotes: QuoteBook; readonly rates: Rates },
): Closing[] {
  const valued = valueAccount(account, market.quotes, market.rates);
  if (valued === null) return [];
  const closable = closableOf(account, market).sort(
    levels.closeFirst === "largest_margin"
      ? (a, b) => order(b.margin, a.margin)
      : (a, b) => order(a.profit, b.profit),
  );
  // Closing at the market leaves equity as it is: positions are valued at their closing side.
  const covered = valued.equity <= 0n ? 0n : valued.equity * 100n / BigInt(levels.stopOutPercent);
  let excess = closable.reduce((sum, one) => sum + one.margin, 0n) - covered;
  const closings: Closing[] = [];
  for (const one of closable) {
    if (excess <= 0n) break;
    const closing = excess >= one.margin ? one.units : partOf(one, excess);
    closings.push({ symbol: one.symbol, units: capped(closing, one.instrument) });
    excess -= one.margin;
  }
  return closings;
}

const order = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

function closableOf(
  account: Account,
  market: { readonly quotes: QuoteBook; readonly rates: Rates },
): Closable[] {
  const found: Closable[] = [];
  for (const held of account.positions.values()) {
    const { symbol } = held;
    const instrument = instrumentOf(symbol);
    const quote = market.quotes.get(symbol)!;
    const toAccount = market.rates.rate(instrument.quote, account.currency)!;
    const free = Math.abs(held.units) - closingUnits(account, symbol);
    if (free <= 0) continue;
    const left = units(held.units > 0 ? free : -free);
    found.push({
      symbol,
      instrument,
      units: left,
      margin: marginFor(left, twiceMid(quote), { instrument, toAccount }),
      profit: convert(unrealised(held, quote, instrument), toAccount),
    });
  }
  return found;
}

/** Whether the platform is closing a position by this order. */
export const isClosingOrder = (one: Order): boolean =>
  isOpen(one.status) &&
  (one.clientOrderId.startsWith(stopOutPrefix) || one.clientOrderId.startsWith(killPrefix));

/** Whether any position of the account is being closed. */
export const isClosing = (account: Account): boolean =>
  account.orders.values().some(isClosingOrder);

/** Units of the platform's closing orders on their way. */
export function closingUnits(account: Account, symbol: Symbol): number {
  let sum = 0;
  for (const one of account.orders.values()) {
    if (one.symbol === symbol && isClosingOrder(one)) sum += remainingUnits(one);
  }
  return sum;
}

/** Units that hold so much margin, rounded up to the instrument's step. */
function partOf({ units: held, margin, instrument }: Closable, excess: bigint): Units {
  const size = BigInt(Math.abs(held));
  const step = BigInt(instrument.unitsStep);
  const exact = (size * excess + margin - 1n) / margin;
  const stepped = (exact + step - 1n) / step * step;
  const least = BigInt(instrument.unitsMin);
  const wanted = stepped < least ? least : stepped;
  const part = Number(wanted < size ? wanted : size);
  return units(held > 0 ? part : -part);
}

const capped = (closing: Units, { unitsMax }: Instrument): Units =>
  units(Math.sign(closing) * Math.min(Math.abs(closing), unitsMax));
