/** What the edge works with, and the only place that opens it. */

import { topics } from "../../shared/contracts/messages/topics.ts";
import { openDenoKv } from "../../shared/kv/deno_kv.ts";
import type { KeyValueStore } from "../../shared/kv/kv.ts";
import { tradingHours } from "../../shared/domain/fx_week.ts";
import { epochMs, ManualClock } from "../../shared/domain/time.ts";
import { createRateLimiter, type RateLimiter } from "../../shared/resilience/rate_limiter.ts";
import { followTopic } from "../../shared/runtime/consume.ts";
import {
  type ErrorsKept,
  openStreamsGround,
  type StreamsGround,
} from "../../shared/runtime/ground.ts";
import type { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { followQuotes } from "../../shared/runtime/quote_feed.ts";
import { systemTimer } from "../../shared/runtime/time.ts";
import { createTokens, type Tokens } from "../../shared/security/tokens.ts";
import { AccountHub } from "./feed/account_hub.ts";
import { createAccountSource } from "./feed/account_source.ts";
import { BarBoard } from "./feed/bar_board.ts";
import { FeedHub } from "./feed/feed_hub.ts";
import { FeedServer } from "./feed/feed_server.ts";
import { Outbox } from "./feed/outbox.ts";
import { QuoteBoard } from "./feed/quote_board.ts";
import { SignalBoard } from "./feed/signal_board.ts";
import { createInternalTokens } from "./forward/forward.ts";
import { httpUpstream, type Upstream } from "./forward/upstream.ts";
import type { KeyParts } from "./keys/create_key.ts";
import { KeyRegistry } from "./keys/key_registry.ts";
import { createKeyStore, type KeyStore } from "./keys/key_store.ts";
import { readTerms } from "../../shared/runtime/terms_settings.ts";
import { type ConsoleFiles, readConsole } from "./console/console_files.ts";
import { EdgeMarket } from "./market/edge_market.ts";
import type { DemoSignIn } from "./sessions/sign_in.ts";
import type { GatewaySettings } from "./settings.ts";

/** What the edge stands on; a profile may share the streams and the store, and bring upstreams. */
export interface GatewayGround extends StreamsGround, ErrorsKept, KeyParts {
  readonly keys: KeyStore;
  readonly registry: KeyRegistry;
  readonly tokens: Tokens;
  readonly limiter: RateLimiter;
  readonly market: EdgeMarket;
  readonly upstreams: {
    readonly trading: Upstream;
    readonly marketData: Upstream;
    readonly pipeline: Upstream;
  };
  readonly limits: GatewaySettings["limits"];
  /** The page at `/`; `null` where it was not built. */
  readonly console: ConsoleFiles | null;
  /** Given by the embedded profile only. */
  readonly demo?: DemoSignIn | undefined;
}

export interface GatewayDeps extends GatewayGround {
  readonly feed: FeedServer;
}

/** Keys and addresses whose rate is remembered. */
const limitedMax = 100_000;

export async function openGateway(
  settings: GatewaySettings,
  lifecycle: Lifecycle,
): Promise<GatewayGround> {
  const ground = await openStreamsGround("api-gateway", settings, lifecycle);
  const kv = await openDenoKv(settings.kv.path, { clock: systemTimer });
  lifecycle.onStop("kv", () => kv.close());
  return gatewayGround(settings, { ground, kv, console: await readConsole() });
}

/** The edge's ground over streams, a store and upstreams that are open already. */
export function gatewayGround(
  settings: Omit<GatewaySettings, "http" | "log" | "streams" | "kv" | "terms"> & {
    /** Left out: the default terms. */
    readonly terms?: GatewaySettings["terms"];
  },
  open: {
    ground: StreamsGround & ErrorsKept;
    kv: KeyValueStore;
    console: ConsoleFiles | null;
    upstreams?: GatewayGround["upstreams"];
  },
): GatewayGround {
  const { ground, kv } = open;
  const { clock } = ground;
  const tokens = createTokens({ secret: settings.security.tokenSecret, clock });
  const registry = new KeyRegistry(tokens);
  const { limits, market } = settings;
  return {
    ...ground,
    authenticate: (credential) => registry.authenticate(credential),
    keys: createKeyStore(kv, (records) => registry.replace(records)),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    registry,
    tokens,
    limiter: createRateLimiter({
      limit: limits.requestsPerSecond,
      windowMs: 1_000,
      clock,
      keysMax: limitedMax,
    }),
    market: new EdgeMarket({
      ...(settings.terms === undefined ? {} : { terms: readTerms(settings.terms) }),
      hours: tradingHours(market.hours),
      clock: market.clock === "quotes" ? new ManualClock(epochMs(0)) : systemTimer,
    }),
    upstreams: open.upstreams ?? {
      trading: httpUpstream("trading-gateway", settings.upstreams.trading),
      marketData: httpUpstream("market-data", settings.upstreams.marketData),
      pipeline: httpUpstream("data-pipeline", settings.upstreams.pipeline),
    },
    limits,
    console: open.console,
  };
}

/** Loads the keys, then follows keys, accounts and quotes until the end. */
export async function startGateway(
  ground: GatewayGround,
  lifecycle: Lifecycle,
): Promise<GatewayDeps> {
  const { keys, registry, logger } = ground;
  registry.replace(await keys.list());
  lifecycle.run("keys", (signal) => keys.follow(signal));
  const feed = await startFeed(ground, lifecycle);
  await followTopic({
    streams: ground.streams,
    topic: topics.accounts,
    from: "start",
    logger,
    signal: lifecycle.signal,
    handle(events) {
      for (const { data } of events) ground.market.takeAccount(data);
    },
  });
  await followTopic({
    streams: ground.streams,
    topic: topics.risk,
    from: "start",
    logger,
    signal: lifecycle.signal,
    handle(events) {
      for (const { data } of events) ground.market.takeRule(data);
    },
  });
  return { ...ground, feed };
}

async function startFeed(ground: GatewayGround, lifecycle: Lifecycle): Promise<FeedServer> {
  const { market, clock, streams, logger, limits } = ground;
  // Runs after everything that has already arrived, and before anything waits.
  const outbox = new Outbox((run) => void setImmediate(run));
  const defer = (flush: () => void) => outbox.afterwards(flush);
  const quotes = new FeedHub({
    board: new QuoteBoard((quote) => market.status(quote)),
    clock,
    defer,
  });
  const bars = new FeedHub({ board: new BarBoard(), clock, defer });
  const signals = new FeedHub({ board: new SignalBoard(), clock, defer });
  const tokenOf = createInternalTokens(ground.tokens, clock);
  const source = createAccountSource(ground.upstreams.trading, tokenOf);
  const accounts = new AccountHub({ source, market, clock });
  const feed = new FeedServer({
    ...ground,
    channels: { quotes, bars, signals },
    accounts,
    outbox,
    socketsPerKey: limits.socketsPerKey,
    socketsMax: limits.sockets,
  });
  const { signal } = lifecycle;
  await followQuotes({
    streams,
    book: market.quotes,
    ...(market.clock instanceof ManualClock ? { marketClock: market.clock } : {}),
    onQuotes: (news) => quotes.publish((board) => news.forEach((quote) => board.put(quote))),
    logger,
    signal,
  });
  await followTopic({
    streams,
    topic: topics.bars,
    from: "start",
    logger,
    signal,
    handle: (events) =>
      bars.publish((board) => {
        for (const { data } of events) data.bars.forEach((bar) => board.put(bar));
      }),
  });
  await followTopic({
    streams,
    topic: topics.signals,
    from: "start",
    logger,
    signal,
    handle: (events) =>
      signals.publish((board) => {
        for (const { data } of events) data.signals.forEach((one) => board.put(one));
      }),
  });
  await followTopic({
    streams,
    topic: topics.transactions,
    // What came before is the trading gateway's to tell.
    from: "now",
    logger,
    signal,
    handle: (events) => events.forEach(({ data }) => accounts.take(data.transactions)),
  });
  lifecycle.run("feed", (signal) => feed.run(signal));
  lifecycle.onDrain("feed", () => feed.drain());
  return feed;
}
