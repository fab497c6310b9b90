/**
 * The desk's rule for an account's margin: enters and ends a margin call, closes positions below
 * the stop-out level, and makes good a balance that was left below zero.
 */

import { type Account, valueAccount } from "../../../shared/domain/account.ts";
import {
  type AccountId,
  type ClientOrderId,
  orderIdOf,
  type TransactionId,
} from "../../../shared/domain/ids.ts";
import { units } from "../../../shared/domain/instrument.ts";
import {
  type Closing,
  closingsOf,
  isBelow,
  isClosing,
  levelsFor,
  stopOutPrefix,
} from "../../../shared/domain/margin.ts";
import { micros } from "../../../shared/domain/money.ts";
import { type OrderTerms, plainTerms } from "../../../shared/domain/orders/order.ts";
import { arrivalAt, book, type Booked, type Decision, type Market } from "./decide.ts";
import { done } from "./money_decision.ts";

export interface AssessMargin {
  readonly kind: "assess_margin";
  readonly accountId: AccountId;
}

export function assessMargin(account: Account, market: Market): Decision {
  const levels = levelsFor(market.terms.margin, account.accountId);
  const valued = valueAccount(account, market);
  if (valued === null) return done(account, []);
  const booked: Booked[] = [];
  const { equity, marginUsed } = valued;
  const flat = account.positions.size === 0;
  const called = !flat && isBelow(valued, levels.callPercent);
  if (called !== account.marginCall) {
    booked.push(book(account, market.now, {
      type: called ? "margin_call_entered" : "margin_call_exited",
      equity,
      marginUsed,
    }));
  }
  if (!flat && isBelow(valued, levels.stopOutPercent)) {
    for (const closing of closingsOf(account, levels, market)) {
      if (isTradable(closing, market)) booked.push(close(account, closing, market));
    }
  }
  if (flat && account.balance < 0n && !isClosing(account)) {
    booked.push(book(account, market.now, {
      type: "balance_adjusted",
      amount: micros(-account.balance),
      reason: "negative_balance_protection",
    }));
  }
  return done(account, booked);
}

/** Where it does not trade now the next price asks again. */
function isTradable({ symbol }: Closing, market: Market): boolean {
  const quote = market.quotes.get(symbol);
  const open = market.hours.isOpen(market.now);
  if (quote === undefined || !open) return false;
  const status = market.quotes.status(quote, { now: market.now, open });
  return status === "live" || status === "quiet";
}

function close(account: Account, closing: Closing, market: Market): Booked {
  const transactionId = (account.lastTransactionId + 1) as TransactionId;
  const terms = closingTerms(closing, transactionId);
  return book(account, market.now, {
    type: "order_accepted",
    orderId: orderIdOf(account.accountId, transactionId),
    terms,
    ...arrivalAt(market, { terms }),
    reason: "stop_out",
  });
}

/** A market order against the position; never larger than it, so it can only reduce. */
const closingTerms = ({ symbol, units: held }: Closing, id: TransactionId): OrderTerms => ({
  ...plainTerms,
  positionFill: "reduce_only",
  clientOrderId: `${stopOutPrefix}${symbol}:${id}` as ClientOrderId,
  symbol,
  side: held > 0 ? "sell" : "buy",
  type: "market",
  timeInForce: "IOC",
  units: units(Math.abs(held)),
  price: null,
  expireTime: null,
});
