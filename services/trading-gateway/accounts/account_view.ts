/** Accounts and positions as clients read them, valued at the newest quotes. */

import type { z } from "@hono/zod-openapi";
import type { accountView, positionView } from "../../../shared/contracts/http/trading.ts";
import { type Account, valueAccount } from "../../../shared/domain/account.ts";
import { divideHalfEven } from "../../../shared/domain/decimal.ts";
import { formatPrice, price } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { formatMicros, type Micros } from "../../../shared/domain/money.ts";
import { type Position, unrealised } from "../../../shared/domain/position.ts";
import type { QuoteBook } from "../../../shared/domain/quote.ts";
import type { Market } from "../desk/decide.ts";

export function toAccountView(account: Account, market: Market): z.infer<typeof accountView> {
  const valued = valueAccount(account, market.quotes, market.rates);
  const text = (amount: Micros | undefined) => (amount === undefined ? null : formatMicros(amount));
  return {
    accountId: account.accountId,
    tenant: account.tenant,
    currency: account.currency,
    balance: formatMicros(account.balance),
    unrealised: text(valued?.unrealised),
    equity: text(valued?.equity),
    marginUsed: text(valued?.marginUsed),
    marginAvailable: text(valued?.marginAvailable),
    marginCall: account.marginCall,
    openOrders: account.openOrders,
    openPositions: account.positions.size,
    lastTransactionId: account.lastTransactionId,
  };
}

export function toPositionView(held: Position, quotes: QuoteBook): z.infer<typeof positionView> {
  const instrument = instrumentOf(held.symbol);
  const quote = quotes.get(held.symbol);
  const microsPerPoint = 10n ** BigInt(6 - instrument.pricePrecision);
  const average = divideHalfEven(held.openCost, BigInt(held.units) * microsPerPoint);
  return {
    symbol: held.symbol,
    units: String(held.units),
    averagePrice: formatPrice(price(Number(average)), instrument),
    openCost: formatMicros(held.openCost),
    quoteCurrency: instrument.quote,
    unrealised: quote === undefined ? null : formatMicros(unrealised(held, quote, instrument)),
  };
}
