/**
 * The trading gateway as the orders bench measures it: the service itself on Postgres, with memory
 * streams that this process feeds a fresh price every half second. Arguments: database URL, port,
 * token secret.
 */

import { createTradingApp } from "../../services/trading-gateway/app.ts";
import { startTrading } from "../../services/trading-gateway/deps.ts";
import { tradingSettings } from "../../services/trading-gateway/settings.ts";
import { writeQuotes } from "../../shared/contracts/messages/quote_batch.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { price, type Symbol } from "../../shared/domain/instrument.ts";
import { createEventSource, publishEvents } from "../../shared/runtime/events.ts";
import { openServiceGround } from "../../shared/runtime/ground.ts";
import { Lifecycle, stopOnSignals } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { serveApp } from "../../shared/runtime/serve_app.ts";
import { readSettings } from "../../shared/runtime/settings.ts";
import { pause, systemTimer, uuidIds } from "../../shared/runtime/time.ts";

const [url, port, tokenSecret] = Deno.args;
const settings = readSettings(tradingSettings, {
  env: {},
  flags: {
    "http.port": port,
    "database.url": url,
    "streams.url": "memory:",
    "security.tokenSecret": tokenSecret,
    "market.hours": "always",
    "log.level": "error",
  },
});
const logger = createLogger({ service: "bench", level: "error" });
const lifecycle = new Lifecycle({ logger });
stopOnSignals(lifecycle);
const ground = await openServiceGround("trading-gateway", settings, lifecycle);
const deps = await startTrading(ground, lifecycle);
const events = createEventSource({ source: "/bench", ids: uuidIds, clock: systemTimer });
lifecycle.run("prices", async (signal) => {
  while (!signal.aborted) {
    const at = systemTimer.now();
    const quote = { symbol: "EURUSD" as Symbol, bid: price(116_000), ask: price(116_010) };
    const times = { venueTime: at, receivedTime: at };
    const data = writeQuotes("bench", [{ ...quote, ...times, sequence: at }]);
    await publishEvents(ground.streams, topics.quotes, [events.event("quotes.received", data)]);
    await pause(500, signal);
  }
});
serveApp(createTradingApp(deps), { ...settings.http, lifecycle, logger });
