/**
 * The desk's rule for a kill that flattens: a market order against each position, by the platform's
 * own reserved ids, so that no halt stands in its way. What is being closed already is left out, and
 * so is what does not trade now: the kill asks again.
 */

import type { Account } from "../../../shared/domain/account.ts";
import { type ClientOrderId, orderIdOf, type TransactionId } from "../../../shared/domain/ids.ts";
import { type Symbol, type Units, units } from "../../../shared/domain/instrument.ts";
import { closingUnits, killPrefix } from "../../../shared/domain/margin.ts";
import { type OrderTerms, plainTerms } from "../../../shared/domain/orders/order.ts";
import type { Flatten } from "../desk/commands.ts";
import { book, type Booked, type Decision, type Market } from "../desk/decide.ts";

export function flatten(account: Account, command: Flatten, market: Market): Decision {
  const booked: Booked[] = [];
  for (const { symbol, units: held } of [...account.positions.values()]) {
    if (command.symbol !== null && command.symbol !== symbol) continue;
    const left = Math.abs(held) - closingUnits(account, symbol);
    if (left <= 0 || !isTradable(symbol, market)) continue;
    const transactionId = (account.lastTransactionId + 1) as TransactionId;
    const side = held > 0 ? "sell" : "buy";
    booked.push(book(account, market.now, {
      type: "order_accepted",
      orderId: orderIdOf(account.accountId, transactionId),
      terms: {
        ...closing(symbol, side, units(left)),
        clientOrderId: `${killPrefix}${symbol}:${transactionId}` as ClientOrderId,
        tag: command.killId,
      },
      reason: "kill_switch",
    }));
  }
  return { booked, outcome: { ok: true, order: null, account } };
}

const closing = (
  symbol: Symbol,
  side: "buy" | "sell",
  size: Units,
): Omit<OrderTerms, "clientOrderId"> => ({
  ...plainTerms,
  positionFill: "reduce_only",
  symbol,
  side,
  type: "market",
  timeInForce: "IOC",
  units: size,
  price: null,
  expireTime: null,
});

function isTradable(symbol: Symbol, market: Market): boolean {
  const quote = market.quotes.get(symbol);
  const open = market.hours.isOpen(market.now);
  if (quote === undefined || !open) return false;
  const status = market.quotes.status(quote, { now: market.now, open });
  return status === "live" || status === "quiet";
}
