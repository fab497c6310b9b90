/** The trading gateway over a real PGlite and memory streams, with a clock and prices of a test's own. */

import { assertEquals } from "@std/assert";
import { toQuoteRow } from "../../../shared/contracts/messages/quotes.ts";
import { topics } from "../../../shared/contracts/messages/topics.ts";
import { tradingHours } from "../../../shared/domain/fx_week.ts";
import { price, type Symbol } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { epochMs, ManualClock } from "../../../shared/domain/time.ts";
import { createEventSource, publishEvents } from "../../../shared/runtime/events.ts";
import { Lifecycle } from "../../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../../shared/runtime/logger.ts";
import { createMetrics } from "../../../shared/runtime/metrics.ts";
import { uuidIds } from "../../../shared/runtime/time.ts";
import { openStore } from "../../../shared/storage/open_store.ts";
import { openStreams } from "../../../shared/streams/open_streams.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { refusalAuthenticate } from "../../../shared/testing/refusal_suite.ts";
import { createTradingApp } from "../app.ts";
import { startTrading } from "../deps.ts";

export interface Answer {
  readonly status: number;
  // deno-lint-ignore no-explicit-any -- a test reads the fields it expects
  readonly body: any;
}

export async function openTestTrading(startsAt: string) {
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
  const store = await openStore("pglite:memory");
  const ground = {
    service: "trading-gateway",
    version: "test",
    logger,
    metrics,
    clock,
    ids: uuidIds,
    authenticate: refusalAuthenticate,
    checks: {},
    bodyBytesMax: 4_096,
    store,
    streams,
    hours: tradingHours("fx-week"),
    marketClock: clock,
  };
  const deps = await startTrading(ground, lifecycle);
  const app = createTradingApp(deps);
  const events = createEventSource({ source: "/test", ids: uuidIds, clock });
  let sequence = 0;
  return {
    clock,
    deps,
    lines,
    metrics,
    streams,
    stop: () => lifecycle.stop("test over"),
    /** Bid in points; the ask is 10 more. */
    async quote(symbol: string, bid: number, spread = 10): Promise<void> {
      const at = clock.now();
      const instrument = instrumentOf(symbol as Symbol);
      sequence++;
      const row = toQuoteRow({
        symbol: instrument.symbol,
        bid: price(bid),
        ask: price(bid + spread),
        venueTime: at,
        receivedTime: at,
        sequence,
      }, instrument);
      const want = sequence;
      await publishEvents(streams, topics.quotes, [
        events.event("quotes.received", { venue: "test", quotes: [row] }),
      ]);
      await eventually(() =>
        Promise.resolve(assertEquals(deps.market().quotes.get(symbol)?.sequence, want))
      );
    },
    async send(
      method: string,
      path: string,
      about: { body?: unknown; key?: string } = {},
    ): Promise<Answer> {
      const headers = {
        "x-api-key": about.key ?? "sw_admin",
        ...(about.body === undefined ? {} : { "content-type": "application/json" }),
      };
      const body = about.body === undefined ? null : JSON.stringify(about.body);
      const answer = await app.fetch(
        new Request(`http://trading${path}`, { method, headers, body }),
      );
      const text = await answer.text();
      const json = answer.headers.get("content-type")?.includes("json") === true;
      return { status: answer.status, body: json ? JSON.parse(text) : text };
    },
  };
}
