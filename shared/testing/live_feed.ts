/**
 * A live feed from a scripted OANDA to what clients are told and to the archive: the platform's own
 * venue, ingest, streams, edge market and archive, on clocks that a test moves.
 */

import { sql } from "kysely";
import * as v from "valibot";
import { EdgeMarket } from "../../services/api-gateway/market/edge_market.ts";
import { startArchive } from "../../workers/archive/deps.ts";
import { historySettings } from "../../workers/archive/settings.ts";
import { Ingest } from "../../workers/ingest/ingest.ts";
import { readLastSequence } from "../../workers/ingest/last_sequence.ts";
import { VenueReports } from "../../workers/ingest/venue_reports.ts";
import type { Bar } from "../domain/bar.ts";
import { TradingHours } from "../domain/fx_week.ts";
import { formatPrice, price, type Symbol } from "../domain/instrument.ts";
import { instrumentOf } from "../domain/instruments.ts";
import type { QuoteStatus } from "../domain/quote.ts";
import { seededRandom } from "../domain/random.ts";
import { epochMs } from "../domain/time.ts";
import { createEventSource } from "../runtime/events.ts";
import { Lifecycle } from "../runtime/lifecycle.ts";
import { createLogger } from "../runtime/logger.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { followQuotes } from "../runtime/quote_feed.ts";
import { systemTimer, uuidIds } from "../runtime/time.ts";
import type { Store } from "../storage/store.ts";
import { openTestStore } from "./memory_store.ts";
import type { EventStreams } from "../streams/event_streams.ts";
import { selectBars } from "../timeseries/bars_store.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../timeseries/database.ts";
import { createOandaVenue } from "../venues/oanda/oanda_venue.ts";
import { eventually } from "./eventually.ts";
import { ManualTimer } from "./manual_timer.ts";
import { ScriptedOanda } from "./scripted_oanda.ts";

/** A Wednesday afternoon in London, on the minute. */
export const liveFeedStart = epochMs(Date.UTC(2026, 0, 14, 13));
export const liveSymbols: readonly Symbol[] = ["EURUSD" as Symbol, "USDJPY" as Symbol];

/** A price that was sent and must be archived. */
export interface SentPrice {
  readonly symbol: Symbol;
  readonly venueTime: number;
  readonly bid: number;
}

const spreadPoints = 20;
/** Steps of time between two looks; small beside a heartbeat. */
const stepMs = 500;

/** What the streams between ingest, edge and archive get to carry what ingest has published. */
const carryMs = 2;
/** A timer this much later shows that the machine is busy otherwise: they get another turn. */
const lateMs = 2;
const againMax = 25;

async function carried(): Promise<void> {
  for (let again = 0; again < againMax; again++) {
    const askedAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, carryMs));
    if (performance.now() - askedAt < carryMs + lateMs) return;
  }
}

export async function startLiveFeed(streams: EventStreams) {
  const calm = async () => {
    await server.calm();
    await carried();
  };
  const wall = new ManualTimer(liveFeedStart, calm);
  const steady = new ManualTimer(epochMs(1_000_000), calm);
  const server: ScriptedOanda = new ScriptedOanda({ clock: wall });
  const logger = createLogger({ service: "test", level: "silent" });
  const lifecycle = new Lifecycle({ logger });
  const metrics = createMetrics("ingest");
  const hours = new TradingHours();
  const store = await openTestStore();
  const reports = new VenueReports();
  const venue = createOandaVenue({
    access: server.access,
    symbols: liveSymbols,
    transactions: false,
    hours,
    clock: wall,
    steady,
    random: seededRandom("faults"),
    watch: reports,
  });
  const base = {
    service: "test",
    version: "0",
    logger,
    metrics,
    ids: uuidIds,
    authenticate: () => null,
    checks: {},
    bodyBytesMax: 1_000,
    streams,
  };
  const history = v.parse(historySettings, {});
  await startArchive({ ...base, clock: systemTimer, store, hours, history }, lifecycle);
  const market = new EdgeMarket({ hours, clock: wall });
  await followQuotes({ streams, book: market.quotes, logger, signal: lifecycle.signal });
  reports.begin({ logger, metrics, clock: wall, venue });
  const events = createEventSource({ source: "/workers/ingest", ids: uuidIds, clock: wall });
  const ground = { venue, timer: wall, clock: wall, streams, events, logger, metrics };
  const runIngest = async (signal: AbortSignal) => {
    const lastSequence = await readLastSequence(ground, signal);
    await new Ingest({ ...ground, lastSequence }).run(signal);
  };
  return new LiveFeed({ wall, steady, server, market, lifecycle, store, metrics, runIngest });
}

interface Parts {
  readonly wall: ManualTimer;
  readonly steady: ManualTimer;
  readonly server: ScriptedOanda;
  readonly market: EdgeMarket;
  readonly lifecycle: Lifecycle;
  readonly store: Store;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly runIngest: (signal: AbortSignal) => Promise<void>;
}

export class LiveFeed implements AsyncDisposable {
  readonly parts: Parts;
  readonly server: ScriptedOanda;
  /** What the archive must hold, by time; of one moment, as it was sent. */
  readonly expected: SentPrice[] = [];
  #moves = 0;
  #stopIngest!: () => Promise<void>;

  constructor(parts: Parts) {
    this.parts = parts;
    this.server = parts.server;
    this.#startIngest();
  }

  #startIngest(): void {
    const { lifecycle, runIngest } = this.parts;
    const stop = new AbortController();
    const ended = runIngest(AbortSignal.any([lifecycle.signal, stop.signal]));
    lifecycle.run("ingest", () => ended);
    this.#stopIngest = () => {
      stop.abort();
      return ended;
    };
  }

  /** Ends the ingest worker and starts another, which knows of the first what the streams tell. */
  async restartIngest(): Promise<void> {
    await this.#stopIngest();
    this.#startIngest();
  }

  /** `live`, `quiet`, `stale` of each symbol; `none` before its first quote. */
  statuses(): (QuoteStatus | "none")[] {
    const { market } = this.parts;
    return liveSymbols.map((symbol) => {
      const quote = market.quotes.get(symbol);
      return quote === undefined ? "none" : market.status(quote);
    });
  }

  isTradable(symbol: string): boolean {
    const status = this.statuses()[liveSymbols.indexOf(symbol as Symbol)];
    return status === "live" || status === "quiet";
  }

  async advance(ms: number): Promise<void> {
    const { wall, steady } = this.parts;
    for (let left = ms; left > 0; left -= stepMs) {
      await wall.advanceBy(Math.min(left, stepMs));
      await steady.advanceBy(Math.min(left, stepMs));
    }
  }

  /** Moves time until the condition holds; how many milliseconds that took. */
  async advanceUntil(
    condition: () => boolean,
    { mostMs = 60_000, meanwhile = () => {} }: { mostMs?: number; meanwhile?: () => void } = {},
  ): Promise<number> {
    const from = this.parts.steady.now();
    while (!condition()) {
      const passed = this.parts.steady.now() - from;
      if (passed > mostMs) throw new Error(`Not so after ${passed} ms: ${this.statuses()}`);
      meanwhile();
      await this.advance(stepMs);
    }
    return this.parts.steady.now() - from;
  }

  /** The venue sends a price of each symbol, which must be archived, and a sign of life. */
  send(bids: readonly number[]): void {
    const venueTime = this.parts.wall.now();
    for (const [at, symbol] of liveSymbols.entries()) {
      this.server.say("pricing", priceStep(symbol, bids[at]!));
      this.expected.push({ symbol, venueTime, bid: bids[at]! });
    }
    this.server.say("pricing", "heartbeat");
  }

  /** The venue sends a price so many milliseconds late, which must be archived at its time. */
  sendLate(name: string, bid: number, lateMs: number): void {
    const symbol = name as Symbol;
    this.server.say("pricing", `${priceStep(symbol, bid)} @-${lateMs}`);
    this.expected.push({ symbol, venueTime: this.parts.wall.now() - lateMs, bid });
    this.expected.sort((one, other) => one.venueTime - other.venueTime);
  }

  /** The bid of the newest moment that was sent. */
  newestBid(symbol: string): number {
    return this.expected.findLast((one) => one.symbol === symbol)!.bid;
  }

  /** A fresh price of each symbol, and waits until the edge has them. */
  async move(): Promise<void> {
    const points = this.#moves++ % 9;
    const { market, wall } = this.parts;
    const venueTime = wall.now();
    const bids = [110_000 + points, 150_120 + points];
    this.send(bids);
    await eventually(() =>
      liveSymbols.every((symbol, at) => {
        const quote = market.quotes.get(symbol);
        return quote?.bid === bids[at] && quote?.venueTime === venueTime;
      }), { timeoutMs: 30_000 });
  }

  /** Waits for the first connection and gives it its first prices. */
  async begin(): Promise<void> {
    await this.connected(1);
    await this.move();
  }

  /** Lets time pass until the venue has been asked for prices so often, and listens. */
  async connected(times: number): Promise<void> {
    await eventually(async () => {
      await this.advance(stepMs);
      const { pricing } = this.server.connections;
      return pricing.length >= times && !pricing.at(-1)!.closed;
    });
  }

  async metric(name: string): Promise<number> {
    const text = await this.parts.metrics.text();
    const values = text.split("\n").filter((line) => line.startsWith(name));
    return values.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  /** Quotes that the archive has, each once. */
  async archivedQuotes(): Promise<number> {
    const { rows } = await sql<{ quotes: string | null }>`
      select sum(quotes)::text as quotes from archive.symbols
    `.execute(this.parts.store.database("archive"));
    return Number(rows[0]?.quotes ?? 0);
  }

  /** Before a moment: the bars the archive has, and those that exactly the prices sent should give. */
  async bars(symbol: Symbol, before: number): Promise<{ archived: Bar[]; wanted: Bar[] }> {
    const db = this.parts.store.database<TimeseriesDatabase>(timeseriesSchema);
    const to = epochMs(before);
    const range = { symbol, side: "bid" as const, from: epochMs(0), to, limit: 1_000 };
    const archived = await selectBars(db, range);
    const sent = this.expected.filter((one) => one.symbol === symbol && one.venueTime < before);
    return { archived, wanted: wantedBars(sent, archived) };
  }

  /** Sends prices into the next minute; its begin, once everything before it is archived. */
  async finishMinutes(): Promise<number> {
    const { wall, store } = this.parts;
    const minute = () => Math.floor(wall.now() / 60_000) * 60_000;
    const from = minute();
    for (let after = 0; after < 2; after += Number(minute() > from)) {
      await this.advance(5_000);
      await this.move();
    }
    const due = minute();
    const db = store.database<TimeseriesDatabase>(timeseriesSchema);
    await eventually(async () => {
      for (const symbol of liveSymbols) {
        const bars = await selectBars(db, { symbol, side: "bid", limit: 1_000 });
        if (!bars.some((bar) => bar.openTime === due - 60_000)) return false;
      }
      return true;
    }, { timeoutMs: 20_000 });
    return due;
  }

  async [globalThis.Symbol.asyncDispose](): Promise<void> {
    await this.parts.lifecycle.stop("test");
    await this.server[globalThis.Symbol.asyncDispose]();
    await this.parts.store.close();
  }
}

function priceStep(symbol: Symbol, bid: number): string {
  const instrument = instrumentOf(symbol);
  const [from, to] = [bid, bid + spreadPoints].map((one) => formatPrice(price(one), instrument));
  return `price ${instrument.base}_${instrument.quote} ${from} ${to}`;
}

/** The bars that exactly these prices make, in the minutes that have any. */
function wantedBars(prices: readonly SentPrice[], like: readonly Bar[]): Bar[] {
  const minutes = Map.groupBy(
    prices,
    ({ venueTime }) => Math.floor(venueTime / 60_000) * 60_000,
  );
  const [model] = like;
  if (model === undefined) return [];
  return [...minutes].map(([openTime, inside]) => {
    const bids = inside.map(({ bid }) => bid);
    return {
      ...model,
      openTime,
      open: bids[0]!,
      high: Math.max(...bids),
      low: Math.min(...bids),
      close: bids.at(-1)!,
      ticks: bids.length,
    } as Bar;
  }).sort((one, other) => one.openTime - other.openTime);
}
