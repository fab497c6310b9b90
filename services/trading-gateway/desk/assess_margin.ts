/**
 * The desk's rule for an account's margin: enters and ends a margin call, closes positions below
 * the stop-out level, and makes good a balance that was left below zero.
 */

import { type Account, valueAccount } from "../../../shared/domain/account.ts";
import { closingsOf, isBelow, isClosing, levelsFor } from "../../../shared/domain/margin.ts";
import { micros } from "../../../shared/domain/money.ts";
import { closeAtMarket } from "./close_at_market.ts";
import { book, type Booked, type Decision, type Market } from "./decision.ts";
import { done } from "./money_decision.ts";

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
    const by = { reason: "stop_out", tag: null } as const;
    const closings = closingsOf(account, levels, market);
    booked.push(...closeAtMarket(account, closings, { by, market }));
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
