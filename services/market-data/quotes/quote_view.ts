/** Quotes as text, with how far each can be trusted now. */

import type { z } from "@hono/zod-openapi";
import type { quoteView } from "../../../shared/contracts/http/market_data.ts";
import { formatPrice } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { type Quote, quoteAgeMs } from "../../../shared/domain/quote.ts";
import { toRfc3339 } from "../../../shared/domain/time.ts";
import type { MarketDataDeps } from "../deps.ts";

export type QuoteView = z.infer<typeof quoteView>;

export function toQuoteView(
  quote: Quote,
  { quotes, hours, marketClock }: Pick<MarketDataDeps, "quotes" | "hours" | "marketClock">,
): QuoteView {
  const instrument = instrumentOf(quote.symbol);
  const now = marketClock.now();
  return {
    symbol: quote.symbol,
    bid: formatPrice(quote.bid, instrument),
    ask: formatPrice(quote.ask, instrument),
    venueTime: toRfc3339(quote.venueTime),
    receivedTime: toRfc3339(quote.receivedTime),
    sequence: quote.sequence,
    status: quotes.status(quote, { now, open: hours.of(quote.symbol).isOpen(now) }),
    ageMs: quoteAgeMs(quote, now),
  };
}
