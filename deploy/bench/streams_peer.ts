/** The quotes of the streams bench, and the peer's way to publish them: one XADD each. */

import { Redis } from "ioredis";
import { formatPrice, price } from "../../shared/domain/instrument.ts";
import { instruments } from "../../shared/domain/instruments.ts";
import { instrumentOf } from "../../shared/domain/instruments.ts";
import type { Quote } from "../../shared/domain/quote.ts";
import { systemTimer } from "../../shared/runtime/time.ts";

export const singlesStream = "bench.singles";
const keptMax = 20_000;
/** Commands under way at once: ioredis writes those of one turn together. */
const underWay = 50;

/** The next quotes of all instruments in turn. */
export function* quotesFrom(first: number, count: number): Generator<Quote> {
  const now = systemTimer.now();
  for (let at = first; at < first + count; at++) {
    yield {
      symbol: instruments[at % instruments.length]!.symbol,
      bid: price(110_000 + at % 1_000),
      ask: price(110_010 + at % 1_000),
      venueTime: now,
      receivedTime: now,
      sequence: at,
    };
  }
}

/** Publishes each quote as an entry of its own with ioredis. */
export async function publishSingles(url: string, count: number): Promise<void> {
  const redis = new Redis(url);
  let waiting: Promise<unknown>[] = [];
  for (const quote of quotesFrom(1, count)) {
    const instrument = instrumentOf(quote.symbol);
    const body = JSON.stringify({
      ...quote,
      bid: formatPrice(quote.bid, instrument),
      ask: formatPrice(quote.ask, instrument),
    });
    waiting.push(redis.xadd(singlesStream, "MAXLEN", "~", keptMax, "*", "body", body));
    if (waiting.length < underWay) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
  redis.disconnect();
}
