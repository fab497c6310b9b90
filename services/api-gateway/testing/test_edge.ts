/** A whole edge for tests: real streams and store in memory, real sockets, upstreams as given. */

import type { AccountUpdated } from "../../../shared/contracts/messages/accounts.ts";
import type { BookedTransaction } from "../../../shared/contracts/messages/feed_account.ts";
import { openDenoKv } from "../../../shared/kv/deno_kv.ts";
import { writeQuotes } from "../../../shared/contracts/messages/quote_batch.ts";
import { topics } from "../../../shared/contracts/messages/topics.ts";
import { price, type Symbol as InstrumentSymbol } from "../../../shared/domain/instrument.ts";
import { createEventSource, publishEvents } from "../../../shared/runtime/events.ts";
import { Lifecycle } from "../../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../../shared/runtime/logger.ts";
import { systemTimer, uuidIds } from "../../../shared/runtime/time.ts";
import { openStreamsGround } from "../../../shared/runtime/ground.ts";
import { createGatewayApp } from "../app.ts";
import { type GatewayDeps, gatewayGround, startGateway } from "../deps.ts";
import type { Upstream } from "../forward/upstream.ts";
import { createKey, ensureAdminKey, type KeyRequest } from "../keys/create_key.ts";

export interface TestEdgeOptions {
  readonly trading?: Upstream["fetch"];
  readonly marketData?: Upstream["fetch"];
  readonly pipeline?: Upstream["fetch"];
  readonly limits?: Partial<GatewayDeps["limits"]>;
}

/** Signs what the edge of a test says to the services behind it. */
export const testTokenSecret = "a secret for tests, long enough to sign";

export type LogLine = Record<string, unknown>;

/** Stops when disposed. */
export async function startTestEdge(options: TestEdgeOptions = {}) {
  const lines: LogLine[] = [];
  const logger = createLogger({
    service: "api-gateway",
    level: "info",
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  });
  const lifecycle = new Lifecycle({ logger });
  const settings = {
    http: { bodyBytesMax: 4_096 },
    streams: { url: "memory:" },
    log: { level: "info" as const },
  };
  const streamsGround = await openStreamsGround("api-gateway", settings, lifecycle);
  const kv = await openDenoKv(":memory:", { clock: systemTimer });
  lifecycle.onStop("kv", () => kv.close());
  const notFound = () => Promise.resolve(new Response(null, { status: 404 }));
  const upstream = (name: string, fetch: Upstream["fetch"] = notFound) => ({ name, fetch });
  const limits = { requestsPerSecond: 10_000, socketsPerKey: 100, sockets: 200 };
  const ground = gatewayGround({
    security: { tokenSecret: testTokenSecret },
    market: { clock: "real", hours: "always" },
    upstreams: {
      trading: "http://in.process",
      marketData: "http://in.process",
      pipeline: "http://in.process",
    },
    limits: { ...limits, ...options.limits },
  }, {
    ground: streamsGround,
    kv,
    console: null,
    upstreams: {
      trading: upstream("trading", options.trading),
      marketData: upstream("market", options.marketData),
      pipeline: upstream("pipeline", options.pipeline),
    },
  });
  const deps = await startGateway({ ...ground, logger }, lifecycle);
  const admin = (await ensureAdminKey(deps))!;
  return {
    deps,
    lines,
    admin,
    app: createGatewayApp(deps),
    ...publishers(deps),
    async key(request: Partial<KeyRequest> = {}): Promise<string> {
      const { key } = await createKey(deps, {
        name: "test",
        permissions: ["market:read", "trade:read", "trade:write"],
        accounts: ["demo"],
        ...request,
      });
      return key;
    },
    async [Symbol.asyncDispose]() {
      await lifecycle.stop("test over");
    },
  };
}

export type TestEdge = Awaited<ReturnType<typeof startTestEdge>>;

/** What ingest and trading would publish. */
function publishers({ streams, clock }: GatewayDeps) {
  const events = createEventSource({ source: "/test", ids: uuidIds, clock });
  let sequence = 1;
  const last = new Map<string, number>();
  const publish = {
    async quoteAt(symbol: string, bid: number, number: number): Promise<number> {
      const now = clock.now();
      const quote = {
        symbol: symbol as InstrumentSymbol,
        bid: price(bid),
        ask: price(bid + 10),
        venueTime: now,
        receivedTime: now,
        sequence: number,
      };
      const event = events.event("quotes.received", writeQuotes("test", [quote]));
      await publishEvents(streams, topics.quotes, [event]);
      return number;
    },
  };
  return {
    /** Any two quotes have different sequences. */
    quote: (symbol: string, bid: number) => publish.quoteAt(symbol, bid, sequence++),
    /** Sequences of the symbol rise by one, as those of ingest. */
    quoteNext(symbol: string, bid: number): Promise<number> {
      const next = (last.get(symbol) ?? 1_000) + 1;
      last.set(symbol, next);
      return publish.quoteAt(symbol, bid, next);
    },
    transactions: (transactions: BookedTransaction[]): Promise<void> =>
      publishEvents(streams, topics.transactions, [
        events.event("transactions.booked", { transactions }),
      ]),
    account: (data: Partial<AccountUpdated["data"]>): Promise<void> =>
      publishEvents(streams, topics.accounts, [events.event("account.updated", {
        accountId: "demo",
        currency: "USD",
        balance: "1000",
        lastTransactionId: 1,
        openOrders: 0,
        positions: [],
        ...data,
      })]),
  };
}
