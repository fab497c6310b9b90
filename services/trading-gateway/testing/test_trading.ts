/** The trading gateway over a real PGlite and memory streams, with a clock and prices of a test's own. */

import { writeQuotes } from "../../../shared/contracts/messages/quote_batch.ts";
import { topics } from "../../../shared/contracts/messages/topics.ts";
import { tradingHours } from "../../../shared/domain/fx_week.ts";
import { price, type Symbol } from "../../../shared/domain/instrument.ts";
import type { TradingTerms } from "../../../shared/domain/terms.ts";
import { epochMs, ManualClock } from "../../../shared/domain/time.ts";
import type { Authenticate } from "../../../shared/runtime/auth.ts";
import { createEventSource, publishEvents } from "../../../shared/runtime/events.ts";
import { Lifecycle } from "../../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../../shared/runtime/logger.ts";
import { createMetrics } from "../../../shared/runtime/metrics.ts";
import { pause, uuidIds } from "../../../shared/runtime/time.ts";
import { openTestStore } from "../../../shared/testing/memory_store.ts";
import type { Store } from "../../../shared/storage/store.ts";
import { openStreams } from "../../../shared/streams/open_streams.ts";
import { createTradingApp } from "../app.ts";
import { startTrading, type TradingApp } from "../deps.ts";

export interface Answer {
  readonly status: number;
  // deno-lint-ignore no-explicit-any -- a test reads the fields it expects
  readonly body: any;
}

export interface TestTradingOptions {
  /** RFC 3339. */
  readonly startsAt: string;
  readonly authenticate: Authenticate;
  readonly terms?: TradingTerms;
  /** Left out: a new one. That of a gateway that was stopped makes this one its successor. */
  readonly store?: Store;
}

export async function openTestTrading(options: TestTradingOptions) {
  const { startsAt, authenticate, terms } = options;
  const clock = new ManualClock(epochMs(Date.parse(startsAt)));
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    service: "trading-gateway",
    level: "info",
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  });
  const streams = await openStreams("memory:", { clock });
  const lifecycle = new Lifecycle({ logger });
  const metrics = createMetrics("trading-gateway");
  const store = options.store ?? await openTestStore();
  const ground = {
    service: "trading-gateway",
    version: "test",
    logger,
    metrics,
    clock,
    ids: uuidIds,
    authenticate,
    checks: {},
    bodyBytesMax: 4_096,
    store,
    streams,
    hours: tradingHours("fx-week"),
    marketClock: clock,
    ...(terms === undefined ? {} : { terms }),
  };
  const deps = await startTrading(ground, lifecycle);
  const events = createEventSource({ source: "/test", ids: uuidIds, clock });
  const app = createTradingApp(deps);
  let sequence = 0;

  /** Bid in points; resolves when the gateway has the price. */
  async function quote(symbol: string, bid: number, spread = 10): Promise<void> {
    const at = clock.now();
    const wanted = ++sequence;
    const times = { venueTime: at, receivedTime: at };
    const made = { bid: price(bid), ask: price(bid + spread), ...times, sequence: wanted };
    const data = writeQuotes("test", [{ symbol: symbol as Symbol, ...made }]);
    await publishEvents(streams, topics.quotes, [events.event("quotes.received", data)]);
    while (deps.market().quotes.get(symbol)?.sequence !== wanted) {
      await pause(1, lifecycle.signal);
    }
  }
  const stop = () => lifecycle.stop("test over");
  return { app, store, clock, deps, lines, metrics, streams, stop, quote, send: senderTo(app) };
}

const senderTo = (app: TradingApp) =>
async (
  method: string,
  path: string,
  about: { body?: unknown; key?: string; headers?: Record<string, string> } = {},
): Promise<Answer> => {
  const headers = {
    "x-api-key": about.key ?? "sw_admin",
    ...about.headers,
    ...(about.body === undefined ? {} : { "content-type": "application/json" }),
  };
  const body = about.body === undefined ? null : JSON.stringify(about.body);
  const answer = await app.fetch(new Request(`http://trading${path}`, { method, headers, body }));
  const text = await answer.text();
  const json = answer.headers.get("content-type")?.includes("json") === true;
  return { status: answer.status, body: json ? JSON.parse(text) : text };
};
