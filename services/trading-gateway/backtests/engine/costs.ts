/**
 * What trading cost beside what it won or lost, fill by fill, in the account's currency. A fill is
 * measured against a reference quote: half of its spread is spread, the way from its touch to the
 * fill's price is slippage, so that both together are the way from its mid.
 */

import { chargedFor } from "../../../../shared/domain/books.ts";
import { divideHalfEven } from "../../../../shared/domain/decimal.ts";
import type { OrderId } from "../../../../shared/domain/ids.ts";
import { notional, type Price, units } from "../../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../../shared/domain/instruments.ts";
import { convert, type Micros, micros } from "../../../../shared/domain/money.ts";
import { isOpen } from "../../../../shared/domain/orders/order.ts";
import type { QuoteBook } from "../../../../shared/domain/quote.ts";
import type { OrderFilled } from "../../../../shared/domain/transaction.ts";
import type { Happened } from "./paper_desk.ts";

export interface FillCosts {
  readonly spread: Micros;
  /** Negative where the fill was better than its reference. */
  readonly slippage: Micros;
  /** With the premium of a guaranteed stop. */
  readonly commission: Micros;
}

interface Reference {
  readonly bid: Price;
  readonly ask: Price;
}

/** Remembers the reference quotes of orders under way. */
export class CostBook {
  readonly #references = new Map<OrderId, Reference>();

  /** Takes every transaction; the costs of a fill, `null` for others. */
  take({ transaction, order }: Happened, quotes: QuoteBook): FillCosts | null {
    if (order === undefined) return null;
    const { orderId } = order;
    if (transaction.type === "order_accepted" && order.type === "market") {
      const quote = quotes.get(order.symbol);
      if (quote !== undefined) this.#references.set(orderId, quote);
    }
    if (transaction.type === "order_triggered") this.#references.set(orderId, transaction);
    const reference = this.#references.get(orderId) ?? quotes.get(order.symbol);
    if (!isOpen(order.status)) this.#references.delete(orderId);
    return transaction.type === "order_filled" && reference !== undefined
      ? costsOf(transaction, reference)
      : null;
  }
}

export function costsOf(fill: OrderFilled, { bid, ask }: Reference): FillCosts {
  const instrument = instrumentOf(fill.symbol);
  const size = units(Math.abs(fill.units));
  const buys = fill.units > 0;
  const spread = micros(divideHalfEven(notional((ask - bid) as Price, size, instrument), 2n));
  const worse = (buys ? fill.price - ask : bid - fill.price) as Price;
  return {
    spread: convert(spread, fill.rate),
    slippage: convert(notional(worse, size, instrument), fill.rate),
    commission: micros(chargedFor(fill)),
  };
}
