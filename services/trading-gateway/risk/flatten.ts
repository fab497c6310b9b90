/**
 * The desk's rule for a kill that flattens: a market order against each position, by the platform's
 * own reserved ids, so that no halt stands in its way. What is being closed already is left out, and
 * so is what does not trade now: the kill asks again.
 */

import type { Account } from "../../../shared/domain/account.ts";
import { type ClientOrderId, orderIdOf, type TransactionId } from "../../../shared/domain/ids.ts";
import { type Symbol, type Units, units } from "../../../shared/domain/instrument.ts";
import { freeUnits, killPrefix } from "../../../shared/domain/margin.ts";
import { type OrderTerms, plainTerms } from "../../../shared/domain/orders/order.ts";
import type { Flatten } from "../desk/commands.ts";
import { arrivalAt, book, type Booked, type Decision, type Market } from "../desk/decide.ts";

export function flatten(account: Account, command: Flatten, market: Market): Decision {
  const booked: Booked[] = [];
  for (const symbol of symbolsOf(account, command)) {
    if (!isTradable(symbol, market)) continue;
    const { long, short } = freeUnits(account, symbol);
    for (const [side, left] of [["sell", long], ["buy", short]] as const) {
      if (left > 0) {
        booked.push(close(account, { symbol, side, units: units(left), command }, market));
      }
    }
  }
  return { booked, outcome: { ok: true, order: null, account } };
}

const symbolsOf = (account: Account, { symbol }: Flatten): Symbol[] =>
  symbol === null ? [...new Set(account.positions.values().map((held) => held.symbol))] : [symbol];

function close(
  account: Account,
  what: { symbol: Symbol; side: "buy" | "sell"; units: Units; command: Flatten },
  market: Market,
): Booked {
  const { symbol, side, units: size, command } = what;
  const transactionId = (account.lastTransactionId + 1) as TransactionId;
  const terms = {
    ...closing(symbol, side, size),
    clientOrderId: `${killPrefix}${symbol}:${transactionId}` as ClientOrderId,
    tag: command.killId,
  };
  return book(account, market.now, {
    type: "order_accepted",
    orderId: orderIdOf(account.accountId, transactionId),
    terms,
    ...arrivalAt(market, { terms }),
    reason: "kill_switch",
  });
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
