/** Accounts and positions as clients read them, valued at the newest quotes. */

import type { z } from "@hono/zod-openapi";
import type {
  accountView,
  lotView,
  positionView,
} from "../../../shared/contracts/http/accounts.ts";
import { type Account, valueAccount } from "../../../shared/domain/account.ts";
import { divideHalfEven } from "../../../shared/domain/decimal.ts";
import {
  formatPrice,
  type Instrument,
  notional,
  price,
  type Symbol,
  units,
} from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { formatMicros, type Micros, micros } from "../../../shared/domain/money.ts";
import {
  type Leg,
  legOf,
  type Lot,
  type Position,
  type PositionView,
  unrealised,
} from "../../../shared/domain/position.ts";
import type { QuoteBook } from "../../../shared/domain/quote.ts";
import { toRfc3339 } from "../../../shared/domain/time.ts";
import type { Market } from "../desk/decision.ts";

export function toAccountView(account: Account, market: Market): z.infer<typeof accountView> {
  const valued = valueAccount(account, market);
  const text = (amount: Micros | undefined) => (amount === undefined ? null : formatMicros(amount));
  return {
    accountId: account.accountId,
    tenant: account.tenant,
    currency: account.currency,
    positionMode: account.positionMode,
    lotMatching: account.lotMatching,
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

/** A position, or both legs of a symbol seen as one. */
export function toPositionView(
  held: Position,
  leg: Leg,
  quotes: QuoteBook,
): z.infer<typeof positionView> {
  const instrument = instrumentOf(held.symbol);
  const quote = quotes.get(held.symbol);
  return {
    symbol: held.symbol,
    leg,
    units: String(held.units),
    averagePrice: averagePrice(held, instrument),
    openCost: formatMicros(held.openCost),
    quoteCurrency: instrument.quote,
    unrealised: quote === undefined ? null : formatMicros(unrealised(held, quote, instrument)),
  };
}

function averagePrice({ units, openCost }: Position, instrument: Instrument): string | null {
  if (units === 0) return null;
  const microsPerPoint = 10n ** BigInt(6 - instrument.pricePrecision);
  const average = divideHalfEven(openCost, BigInt(units) * microsPerPoint);
  return formatPrice(price(Number(average)), instrument);
}

/** An account's positions, one a symbol or by the way they point. */
export function toPositionViews(
  account: Pick<Account, "positionMode" | "positions">,
  view: PositionView | undefined,
  quotes: QuoteBook,
): z.infer<typeof positionView>[] {
  const hedging = account.positionMode === "hedging";
  if ((view ?? (hedging ? "legs" : "net")) === "legs") {
    return [...account.positions.values()].map((held) =>
      toPositionView(held, legOf("hedging", held.units), quotes)
    );
  }
  const bySymbol = Map.groupBy(account.positions.values(), ({ symbol }) => symbol);
  return [...bySymbol.values()].map((legs) => toNetView(legs, quotes));
}

/** Units, cost and profit of the legs, summed: each leg is valued at its own closing side. */
function toNetView(legs: readonly Position[], quotes: QuoteBook): z.infer<typeof positionView> {
  const { symbol } = legs[0]!;
  const net: Position = {
    symbol,
    units: units(legs.reduce((sum, one) => sum + one.units, 0)),
    openCost: micros(legs.reduce((sum, one) => sum + one.openCost, 0n)),
  };
  const quote = quotes.get(symbol);
  const instrument = instrumentOf(symbol);
  const profit = quote === undefined
    ? null
    : legs.reduce((sum, one) => sum + unrealised(one, quote, instrument), 0n);
  return {
    ...toPositionView(net, "net", quotes),
    unrealised: profit === null ? null : formatMicros(micros(profit)),
  };
}

export function toLotView(
  lot: Lot,
  about: { readonly symbol: Symbol; readonly leg: Leg },
  quotes: QuoteBook,
): z.infer<typeof lotView> {
  const { symbol, leg } = about;
  const instrument = instrumentOf(symbol);
  const quote = quotes.get(symbol);
  const held = { symbol, units: lot.units, openCost: notional(lot.price, lot.units, instrument) };
  return {
    lotId: lot.lotId,
    orderId: lot.orderId,
    symbol,
    leg,
    units: String(lot.units),
    price: formatPrice(lot.price, instrument),
    openedAt: toRfc3339(lot.openedAt),
    quoteCurrency: instrument.quote,
    unrealised: quote === undefined ? null : formatMicros(unrealised(held, quote, instrument)),
  };
}
