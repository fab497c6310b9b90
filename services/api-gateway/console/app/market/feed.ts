/**
 * The one connection to the feed: every quote, the bars and signals of what is charted, and how it
 * fares.
 */

import { type Signal, signal } from "@preact/signals";
import type {
  FeedClient,
  FeedQuote,
  FeedStatus,
  LiveBar,
  LiveSignal,
} from "../../../../../shared/sdk/mod.ts";
import type { QuoteStore } from "./quote_store.ts";
import { Watchers } from "./watchers.ts";

/** A loss shorter than this is not shown: a renewed token breaks the connection for a moment. */
const briefMs = 1_500;
/** Signals of a symbol that are kept for whoever comes to watch it. */
const keptMax = 64;

export type FeedHealth =
  | { readonly state: "connecting" | "connected" | "refused" }
  | { readonly state: "lost"; readonly reason: string };

type BarListener = (bars: readonly LiveBar[]) => void;

export interface SignalWatcher {
  /** In the order they were told. */
  take(signals: readonly LiveSignal[]): void;
  /** Some were missed, and the feed has them no more. */
  missed(): void;
}

export class Feed {
  readonly health: Signal<FeedHealth> = signal({ state: "connecting" });
  /** The platform's time less this machine's, in milliseconds. */
  readonly clockOffsetMs: Signal<number> = signal(0);
  readonly #client: FeedClient;
  readonly #barWatchers: Watchers<BarListener>;
  readonly #signalWatchers: Watchers<SignalWatcher>;
  /** The last signals of what is watched, by symbol. */
  readonly #signals = new Map<string, readonly LiveSignal[]>();
  #told: ReturnType<typeof setTimeout> | undefined;

  constructor(client: FeedClient, quotes: QuoteStore, now: () => number) {
    this.#client = client;
    this.#barWatchers = new Watchers<BarListener>({
      subscribe: (symbols) => client.subscribeBars(symbols),
      unsubscribe: (symbols) => client.unsubscribeBars(symbols),
    });
    this.#signalWatchers = new Watchers<SignalWatcher>({
      subscribe: (symbols) => client.subscribeSignals(symbols),
      unsubscribe: (symbols) => {
        for (const symbol of symbols) this.#signals.delete(symbol);
        return client.unsubscribeSignals(symbols);
      },
    });
    client.on("quotes", (event) => quotes.take(event.quotes));
    client.on("bars", ({ bars }) => this.#spread(bars));
    client.on("signals", ({ signals }) => this.#spreadSignals(signals));
    client.on("gap", ({ channel, symbols }) => {
      if (channel === "signals") this.#missSignals(symbols);
    });
    client.on("status", (status) => this.#heard(status));
    client.on("heartbeat", ({ time }) => this.#setOffset(time - now()));
  }

  start(): void {
    this.#client.subscribe("*").catch(() => {});
  }

  /** Live one-minute bars of a symbol, of every side; ends by the answer. */
  watchBars(symbol: string, listener: BarListener): () => void {
    return this.#barWatchers.add(symbol, listener);
  }

  /** What the studies find in live bars of a symbol, and take back; ends by the answer. */
  watchSignals(symbol: string, watcher: SignalWatcher): () => void {
    const stop = this.#signalWatchers.add(symbol, watcher);
    // The edge tells the standing ones to the first who watches alone.
    const known = this.#signals.get(symbol);
    if (known !== undefined) watcher.take(known);
    return stop;
  }

  /** A price's own status; `stale` while nobody can tell of a newer one. */
  statusOf({ status }: Pick<FeedQuote, "status">): FeedQuote["status"] {
    return this.health.peek().state === "lost" && status !== "closed" ? "stale" : status;
  }

  #spread(bars: readonly LiveBar[]): void {
    const bySymbol = Map.groupBy(bars, (bar) => bar.symbol);
    for (const [symbol, own] of bySymbol) {
      for (const listener of this.#barWatchers.of(symbol)) listener(own);
    }
  }

  #spreadSignals(signals: readonly LiveSignal[]): void {
    const bySymbol = Map.groupBy(signals, ({ symbol }) => symbol);
    for (const [symbol, own] of bySymbol) {
      const watchers = [...this.#signalWatchers.of(symbol)];
      if (watchers.length === 0) continue;
      this.#signals.set(symbol, [...this.#signals.get(symbol) ?? [], ...own].slice(-keptMax));
      for (const watcher of watchers) watcher.take(own);
    }
  }

  #missSignals(symbols: readonly string[]): void {
    for (const symbol of symbols) {
      this.#signals.delete(symbol);
      for (const watcher of this.#signalWatchers.of(symbol)) watcher.missed();
    }
  }

  #heard(status: FeedStatus): void {
    clearTimeout(this.#told);
    if (status.state === "connected") this.health.value = { state: "connected" };
    else if (status.state === "closed") this.health.value = { state: "refused" };
    else if (status.state === "reconnecting" && this.health.peek().state !== "lost") {
      const { reason } = status;
      this.#told = setTimeout(() => (this.health.value = { state: "lost", reason }), briefMs);
    }
  }

  #setOffset(offset: number): void {
    if (Math.abs(offset - this.clockOffsetMs.peek()) > 250) this.clockOffsetMs.value = offset;
  }
}
