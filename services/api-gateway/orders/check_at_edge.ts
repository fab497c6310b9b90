/**
 * The order check on what the edge knows.
 *
 * `POST …/orders/check` runs all of it and is answered here. A real order is refused here only for
 * its terms, which no time and no state can change. Market and account are the core's to judge: a
 * repeated order that was accepted before the market closed or the margin went must get its first
 * answer again, and the edge does not know which orders are repeats.
 */

import type { CheckedAccount } from "../../../shared/domain/orders/check_order.ts";
import { checkOrder, checkTerms } from "../../../shared/domain/orders/check_order.ts";
import { checkedHolding } from "../../../shared/domain/orders/checked_holding.ts";
import { guaranteeOffer } from "../../../shared/domain/orders/guarantee.ts";
import {
  type OrderRequest,
  type ReadOrder,
  readOrder,
} from "../../../shared/domain/orders/read_order.ts";
import type { RejectReason } from "../../../shared/domain/orders/rejects.ts";
import type { Instrument } from "../../../shared/domain/instrument.ts";
import { heldExposure } from "../../../shared/domain/risk/account_exposure.ts";
import type { CheckedRisk } from "../../../shared/domain/risk/check_risk.ts";
import { noRule, riskCurrency } from "../../../shared/domain/risk/limits.ts";
import type { EdgeAccount, EdgeMarket } from "../market/edge_market.ts";

/** Why the order could never be accepted, or `null`. */
export function refusalOfTerms(request: OrderRequest): RejectReason | null {
  const read = readOrder(request);
  return typeof read === "string" ? read : checkTerms(read.terms, read.instrument);
}

/** Why the order would not be accepted now, as far as this edge can tell, or `null`. */
export function refusalNow(
  market: EdgeMarket,
  accountId: string,
  request: OrderRequest,
): RejectReason | null {
  const read = readOrder(request);
  if (typeof read === "string") return read;
  const { terms, instrument } = read;
  const now = market.clock.now();
  const open = market.hours.of(terms.symbol).isOpen(now);
  const quote = market.quotes.get(terms.symbol);
  const status = quote === undefined ? "stale" : market.quotes.status(quote, { now, open });
  const account = market.account(accountId);
  return checkOrder(terms, instrument, {
    market: { now, open, quote, status },
    account: account === undefined ? null : checkedAccount(market, account, read),
    risk: account === undefined ? null : checkedRisk(market, account, instrument),
    offer: guaranteeOffer(market.terms.guarantees, instrument),
  });
}

/** Waiting orders, the day's result, the pace and what other accounts have are the core's to know. */
function checkedRisk(
  market: EdgeMarket,
  account: EdgeAccount,
  instrument: Instrument,
): CheckedRisk | null {
  const rule = market.risk.ruleFor(account, instrument.symbol);
  return rule === noRule ? null : {
    rule,
    toLimits: () => market.rates.rate(instrument.quote, riskCurrency),
    exposure: () => heldExposure(account.positions, market),
    history: null,
    totals: [],
  };
}

function checkedAccount(
  market: EdgeMarket,
  account: EdgeAccount,
  { terms, instrument }: ReadOrder,
): CheckedAccount {
  return {
    openOrders: account.openOrders,
    holding: checkedHolding(account, terms, { method: market.terms.margin, knowsLots: false }),
    marginAvailable: market.marginAvailable(account),
    toAccount: market.rates.rate(instrument.quote, account.currency),
  };
}
