/** The one connection to the feed: every quote, the bars of what is charted, and how it fares. */

import { type Signal, signal } from "@preact/signals";
import type { FeedClient, FeedQuote, FeedStatus, LiveBar } from "../../../../../shared/sdk/mod.ts";
import type { QuoteStore } from "./quote_store.ts";

/** A loss shorter than this is not shown: a renewed token breaks the connection for a moment. */
const briefMs = 1_500;

export type FeedHealth =
  | { readonly state: "connecting" | "connected" | "refused" }
  | { readonly state: "lost"; readonly reason: string };

type BarListener = (bars: readonly LiveBar[]) => void;

export class Feed {
  readonly health: Signal<FeedHealth> = signal({ state: "connecting" });
  /** The platform's time less this machine's, in milliseconds. */
  readonly clockOffsetMs: Signal<number> = signal(0);
  readonly #client: FeedClient;
  readonly #barListeners = new Map<string, Set<BarListener>>();
  #told: ReturnType<typeof setTimeout> | undefined;

  constructor(client: FeedClient, quotes: QuoteStore, now: () => number) {
    this.#client = client;
    client.on("quotes", (event) => quotes.take(event.quotes));
    client.on("bars", ({ bars }) => this.#spread(bars));
    client.on("status", (status) => this.#heard(status));
    client.on("heartbeat", ({ time }) => this.#setOffset(time - now()));
  }

  start(): void {
    this.#client.subscribe("*").catch(() => {});
  }

  /** Live one-minute bars of a symbol, of every side; ends by the answer. */
  watchBars(symbol: string, listener: BarListener): () => void {
    let listeners = this.#barListeners.get(symbol);
    if (listeners === undefined) this.#barListeners.set(symbol, listeners = new Set());
    if (listeners.size === 0) this.#client.subscribeBars([symbol]).catch(() => {});
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#client.unsubscribeBars([symbol]).catch(() => {});
    };
  }

  /** A price's own status; `stale` while nobody can tell of a newer one. */
  statusOf({ status }: Pick<FeedQuote, "status">): FeedQuote["status"] {
    return this.health.peek().state === "lost" && status !== "closed" ? "stale" : status;
  }

  #spread(bars: readonly LiveBar[]): void {
    const bySymbol = Map.groupBy(bars, (bar) => bar.symbol);
    for (const [symbol, own] of bySymbol) {
      for (const listener of this.#barListeners.get(symbol) ?? []) listener(own);
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
