/** Market data over a history of a test's own. */

import { tradingHours } from "../../../shared/domain/fx_week.ts";
import { epochMs, ManualClock } from "../../../shared/domain/time.ts";
import { Lifecycle } from "../../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../../shared/runtime/logger.ts";
import { createMetrics } from "../../../shared/runtime/metrics.ts";
import { uuidIds } from "../../../shared/runtime/time.ts";
import type { Store } from "../../../shared/storage/store.ts";
import { openTestStore } from "../../../shared/testing/memory_store.ts";
import { openStreams } from "../../../shared/streams/open_streams.ts";
import type { Authenticate } from "../../../shared/runtime/auth.ts";
import type { History } from "../../../shared/timeseries/history.ts";
import { createMarketDataApp } from "../app.ts";
import { startMarketData } from "../deps.ts";

const authenticate: Authenticate = ({ value }) =>
  value === "sw_admin"
    ? { subject: "test", permissions: new Set(["market:read"]), accounts: "all" }
    : null;

/** One for all tests of a file: what they store is theirs, what they read is their own history. */
let store: Promise<Store> | undefined;

export async function startTestMarket(options: { history?: History; now: number }) {
  const clock = new ManualClock(epochMs(options.now));
  const logger = createLogger({ service: "market-data", level: "silent" });
  const ground = {
    service: "market-data",
    version: "test",
    logger,
    metrics: createMetrics("market-data"),
    clock,
    ids: uuidIds,
    authenticate,
    checks: {},
    bodyBytesMax: 4_096,
    store: await (store ??= openTestStore()),
    streams: await openStreams("memory:", { clock }),
    hours: tradingHours("fx-week"),
    marketClock: clock,
  };
  const started = await startMarketData(ground, new Lifecycle({ logger }));
  const deps = { ...started, history: options.history ?? started.history };
  const app = createMarketDataApp(deps);
  const fetchPath = (path: string, headers: Record<string, string> = {}) =>
    Promise.resolve(app.fetch(
      new Request(`http://market${path}`, { headers: { "x-api-key": "sw_admin", ...headers } }),
    ));
  return {
    app,
    deps,
    clock,
    streams: ground.streams,
    fetch: fetchPath,
    async json(path: string) {
      const answer = await fetchPath(path);
      return { status: answer.status, headers: answer.headers, body: await answer.json() };
    },
    async refused(path: string) {
      const answer = await fetchPath(path);
      const body = await answer.json();
      return [answer.status, body.code, body.errors?.[0]?.path ?? null];
    },
  };
}
