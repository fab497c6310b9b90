/**
 * A second set of books, deliberately naive: it reads an account's transactions as clients do, from
 * text, works everything out anew from the first one on, and shares no rule with the real books.
 */

import { assertEquals } from "@std/assert";
import type { TransactionView } from "../../../shared/contracts/http/trading.ts";

export interface NaiveLot {
  readonly id: number;
  readonly order: string;
  units: bigint;
  readonly price: bigint;
}

interface NaiveOrder {
  readonly reduceOnly: boolean;
  readonly closeLot: number | undefined;
  readonly parent: string | undefined;
  /** Of a guaranteed stop: its premium, and where it stands. */
  readonly premium: bigint | undefined;
  trigger: string | undefined;
  size: bigint;
  filled: bigint;
  open: boolean;
}

interface NaivePosition {
  units: bigint;
  cost: bigint;
  lots: NaiveLot[];
}

export interface NaiveBooks {
  cash: bigint;
  hedging: boolean;
  fifo: boolean;
  /** By symbol, and the way it points where the account hedges. */
  readonly held: Map<string, NaivePosition>;
  readonly orders: Map<string, NaiveOrder>;
  /** Signed sum of every fill, by symbol. */
  readonly filled: Map<string, bigint>;
}

/** Half away from nothing but ties to even, on numerator and denominator. */
export function round(numerator: bigint, denominator: bigint): bigint {
  const sign = numerator < 0n ? -1n : 1n;
  const doubled = 2n * sign * numerator;
  const up = (doubled + denominator) / (2n * denominator);
  const tie = (doubled + denominator) % (2n * denominator) === 0n;
  return sign * (tie && up % 2n === 1n ? up - 1n : up);
}

export const sizeOf = (value: bigint): bigint => (value < 0n ? -value : value);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** `"-1.25"` in millionths, or what else is asked for. */
function scaled(text: string | undefined, decimals = 6): bigint {
  const [whole = "", fraction = ""] = text!.split(".");
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}
const atRate = (amount: bigint, rate: string | undefined): bigint =>
  round(amount * scaled(rate, 12), 10n ** 12n);

export function naiveBooks(views: readonly TransactionView[]): NaiveBooks {
  const books: NaiveBooks = {
    cash: 0n,
    hedging: false,
    fifo: false,
    held: new Map(),
    orders: new Map(),
    filled: new Map(),
  };
  for (const view of views) take(books, view);
  return books;
}

function take(books: NaiveBooks, view: TransactionView): void {
  if (view.amount !== undefined) books.cash += scaled(view.amount);
  const order = books.orders.get(view.orderId ?? "");
  switch (view.type) {
    case "account_opened":
      books.hedging = view.positionMode === "hedging";
      books.fifo = view.lotMatching === "fifo";
      return;
    case "order_accepted":
      return void books.orders.set(view.orderId!, {
        reduceOnly: view.positionFill === "reduce_only",
        closeLot: view.closeLotId,
        parent: view.parentOrderId,
        premium: view.guaranteedPremium === undefined ? undefined : scaled(view.guaranteedPremium),
        trigger: view.triggerPrice,
        size: BigInt(view.units!),
        filled: 0n,
        open: true,
      });
    case "order_replaced":
      order!.size = BigInt(view.units!);
      order!.trigger = view.triggerPrice;
      if (order!.size === order!.filled) order!.open = false;
      return;
    case "order_rejected":
    case "order_canceled":
    case "order_expired":
      if (order !== undefined) order.open = false;
      return;
    case "order_filled":
      return takeFill(books, view);
    case "transfer_received":
      return assertEquals(scaled(view.amount), atRate(scaled(view.sent), view.rate));
    case "financing_charged":
      return checkRoll(view);
  }
}

function checkRoll(view: TransactionView): void {
  const size = BigInt(view.units!.replace("-", ""));
  const owed = size * scaled(view.price) * scaled(view.annualRate, 4) * BigInt(view.days!);
  const year = view.financedCurrency === "GBP" ? 365n : 360n;
  assertEquals(scaled(view.financed), round(owed, year * 1_000_000n));
  assertEquals(scaled(view.amount), atRate(scaled(view.financed), view.rate));
}

function takeFill(books: NaiveBooks, view: TransactionView): void {
  const units = BigInt(view.units!);
  const symbol = view.symbol!;
  books.filled.set(symbol, (books.filled.get(symbol) ?? 0n) + units);
  const order = books.orders.get(view.orderId!)!;
  order.filled += sizeOf(units);
  if (order.filled > order.size) throw new Error(`${view.orderId} filled beyond its size`);
  if (order.filled === order.size) order.open = false;
  const at = scaled(view.price);
  const { realised, rest } = close(books, { symbol, units, at, order }, view);
  assertEquals(scaled(view.realised), realised);
  assertEquals(scaled(view.paid), atRate(realised, view.rate));
  const charged = view.commission === undefined ? 0n : scaled(view.commission);
  if (view.commission !== undefined) {
    assertEquals(charged, atRate(scaled(view.commissionAmount), view.commissionRate));
  }
  books.cash += scaled(view.paid) - charged - premiumOf(view, order);
  if (rest === 0n) return;
  const key = keyOf(books, symbol, rest);
  const held = books.held.get(key) ?? { units: 0n, cost: 0n, lots: [] };
  held.units += rest;
  held.cost += rest * at;
  held.lots.push({ id: view.transactionId, order: view.orderId!, units: rest, price: at });
  books.held.set(key, held);
}

/** What a fill of a guaranteed stop cost, which is at its price or nowhere. */
function premiumOf(view: TransactionView, order: NaiveOrder): bigint {
  if (order.premium === undefined) {
    assertEquals(view.premium, undefined);
    return 0n;
  }
  assertEquals(view.price, order.trigger);
  assertEquals(scaled(view.premiumAmount), order.premium * sizeOf(BigInt(view.units!)));
  assertEquals(scaled(view.premium), atRate(scaled(view.premiumAmount), view.rate));
  return scaled(view.premium);
}

const keyOf = (books: NaiveBooks, symbol: string, way: bigint): string =>
  books.hedging ? `${symbol} ${way > 0n ? "long" : "short"}` : symbol;

/** Closes what the fill closes; the profit, and what of the fill is left to open. */
function close(
  books: NaiveBooks,
  fill: { symbol: string; units: bigint; at: bigint; order: NaiveOrder },
  view: TransactionView,
): { realised: bigint; rest: bigint } {
  const { symbol, units, at, order } = fill;
  const key = keyOf(books, symbol, -units);
  const held = books.held.get(key);
  const against = held !== undefined && held.units > 0n !== units > 0n;
  const closed: [number, string][] = [];
  if (!against || (books.hedging && !order.reduceOnly)) {
    assertEquals(view.closed, undefined);
    return { realised: 0n, rest: units };
  }
  const size = smaller(sizeOf(units), sizeOf(held.units));
  const way = held.units > 0n ? 1n : -1n;
  const rank = (lot: NaiveLot) =>
    lot.id === order.closeLot ? 0 : lot.order === order.parent ? 1 : 2;
  let left = size;
  let lotsCost = 0n;
  for (const lot of held.lots.toSorted((a, b) => rank(a) - rank(b) || a.id - b.id)) {
    const taken = smaller(left, sizeOf(lot.units));
    if (taken === 0n) continue;
    left -= taken;
    lot.units -= way * taken;
    lotsCost += way * taken * lot.price;
    closed.push([lot.id, String(taken)]);
  }
  assertEquals(left, 0n);
  held.lots = held.lots.filter((lot) => lot.units !== 0n);
  const keeps = books.hedging || books.fifo;
  assertEquals(view.closed?.map((one) => [one.lotId, one.units]), keeps ? closed : undefined);
  const cost = books.fifo ? lotsCost : round(held.cost * size, sizeOf(held.units));
  held.units -= way * size;
  held.cost -= cost;
  if (held.units === 0n) {
    assertEquals(held.cost, 0n);
    books.held.delete(key);
  }
  return { realised: way * size * at - cost, rest: units + way * size };
}

/** What a margin is worked out from. */
export interface NaiveMargin {
  /** Millionths of the account's currency, of one unit at mid, doubled. */
  readonly doubled: (size: bigint) => bigint;
  readonly tiers: readonly { readonly aboveUnits: number; readonly ratePpm: number }[];
  readonly hedged: "max" | "sum" | "net";
}

/** Unit by unit would be naive too; tier by tier will do. */
export function naiveMargin(long: bigint, short: bigint, by: NaiveMargin): bigint {
  const of = (size: bigint): bigint => {
    if (size === 0n) return 0n;
    let weight = 0n;
    by.tiers.forEach(({ aboveUnits, ratePpm }, at) => {
      const next = by.tiers[at + 1];
      const upTo = next === undefined ? size : smaller(size, BigInt(next.aboveUnits));
      const within = upTo - BigInt(aboveUnits);
      if (within > 0n) weight += within * BigInt(ratePpm);
    });
    const numerator = by.doubled(size) * weight;
    const denominator = 2_000_000n * size;
    const whole = numerator / denominator;
    return numerator % denominator === 0n ? whole : whole + 1n;
  };
  if (by.hedged === "sum") return of(long) + of(short);
  if (by.hedged === "net") return of(sizeOf(long - short));
  return of(long) > of(short) ? of(long) : of(short);
}
