/**
 * Closes positions at the market for the platform itself, where an account is stopped out or a kill
 * flattens it: reduce-only market orders under reserved ids, which no rule of risk and no client
 * stands in the way of. What does not trade now is left out; the next price or round asks again.
 */

import type { Account } from "../../../shared/domain/account.ts";
import { type ClientOrderId, orderIdOf, type TransactionId } from "../../../shared/domain/ids.ts";
import { type Symbol, units } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { type Closing, killPrefix, stopOutPrefix } from "../../../shared/domain/margin.ts";
import { type OrderTerms, plainTerms } from "../../../shared/domain/orders/order.ts";
import type { OrderOrigin } from "../../../shared/domain/transaction.ts";
import { arrivalAt, book, type Booked, type Market } from "./decision.ts";

/** Why it closes; `tag` is the order's own, the id of the kill. */
export interface ClosedBy {
  readonly reason: OrderOrigin;
  readonly tag: string | null;
}

const prefixes: Record<OrderOrigin, string> = { stop_out: stopOutPrefix, kill_switch: killPrefix };

/** An order for each closing that trades, at most as large as one order may be. */
export const closeAtMarket = (
  account: Account,
  closings: readonly Closing[],
  about: { readonly by: ClosedBy; readonly market: Market },
): Booked[] =>
  closings.filter(({ symbol }) => isTradable(symbol, about.market))
    .map((one) => close(account, one, about));

function isTradable(symbol: Symbol, market: Market): boolean {
  const quote = market.quotes.get(symbol);
  const open = market.hours.of(symbol).isOpen(market.now);
  if (quote === undefined || !open) return false;
  const status = market.quotes.status(quote, { now: market.now, open });
  return status === "live" || status === "quiet";
}

function close(
  account: Account,
  { symbol, units: held }: Closing,
  { by, market }: { readonly by: ClosedBy; readonly market: Market },
): Booked {
  const id = (account.lastTransactionId + 1) as TransactionId;
  const terms: OrderTerms = {
    ...plainTerms,
    clientOrderId: `${prefixes[by.reason]}${symbol}:${id}` as ClientOrderId,
    tag: by.tag,
    positionFill: "reduce_only",
    symbol,
    side: held > 0 ? "sell" : "buy",
    type: "market",
    timeInForce: "IOC",
    units: units(Math.min(Math.abs(held), instrumentOf(symbol).unitsMax)),
    price: null,
    expireTime: null,
  };
  return book(account, market.now, {
    type: "order_accepted",
    orderId: orderIdOf(account.accountId, id),
    terms,
    ...arrivalAt(market, { terms }),
    reason: by.reason,
  });
}
