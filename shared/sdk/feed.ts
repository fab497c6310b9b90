/** The feed: live prices and accounts over a WebSocket that comes back by itself. */

import type { AccountFeed, AccountFeedOptions } from "./account_feed.ts";
import type { AccountSubscribedFrame } from "./account_frames.ts";
import { type BackoffLimits, backoffMs, machineRandom } from "./backoff.ts";
import { type Credential, readCredential } from "./credential.ts";
import { FeedAccounts } from "./feed_accounts.ts";
import { FeedConnection } from "./feed_connection.ts";
import { feedProtocols } from "./feed_binary.ts";
import {
  type BarsFrame,
  type ErrorFrame,
  type FeedChannel,
  feedPath,
  type FeedQuote,
  type LiveBar,
  type LiveSignal,
  type ServerFrame,
  type SignalsFrame,
  type SubscribedFrame,
} from "./feed_frames.ts";
import {
  type FeedSocket,
  type FeedSocketConstructor,
  feedUrl,
  machineWebSocket,
} from "./feed_socket.ts";
import { FeedClosed, FeedRefusal, FeedSubscriptions } from "./feed_subscriptions.ts";
import { QuoteIterator } from "./quote_iterator.ts";

export interface FeedOptions {
  /** Of the platform: `http://localhost:8000`. */
  readonly url: string;
  readonly key: Credential;
  /** Default: the runtime's own. Node 20 has none: give it npm `ws`. */
  readonly WebSocket?: FeedSocketConstructor | undefined;
  /** Whether quotes come in the binary form, a quarter of the bytes; default false. */
  readonly binary?: boolean | undefined;
  /**
   * The newest of each symbol this often, instead of every update: 100, 250, 500 or 1000 ms. All
   * clients of an interval are told at the same moment. Default 0: every update.
   */
  readonly intervalMs?: number | undefined;
  /** How often the edge proves that it is alive, in milliseconds; default 1000. */
  readonly heartbeatMs?: number | undefined;
  /** How long opening and authenticating may take, in milliseconds; default 10 000. */
  readonly connectMsMax?: number | undefined;
  /** Waits between attempts to connect; default 250 ms doubling to 10 s. */
  readonly backoff?: BackoffLimits | undefined;
  /** A number in [0, 1) that spreads those waits. */
  readonly random?: (() => number) | undefined;
}

/** `closed` is final, by `close()` or because the edge refused the key. */
export type FeedStatus =
  | { readonly state: "idle" | "connecting" | "connected" }
  | {
    readonly state: "reconnecting";
    readonly reason: string;
    /** From 1; back to 1 once a connection has held for a heartbeat. */
    readonly attempt: number;
    readonly delayMs: number;
  }
  | { readonly state: "closed"; readonly refusal: FeedRefusal | null };

export interface FeedEvents {
  status: FeedStatus;
  /** The quotes of one frame; `snapshot` when they answer a subscription or a reconnect. */
  quotes: { readonly quotes: readonly FeedQuote[]; readonly snapshot: boolean };
  /** One-minute bars of {@link FeedClient.subscribeBars}. */
  bars: { readonly bars: readonly LiveBar[]; readonly snapshot: boolean };
  /** What the studies find: signals of {@link FeedClient.subscribeSignals}. */
  signals: { readonly signals: readonly LiveSignal[]; readonly snapshot: boolean };
  /**
   * After a reconnect: quotes, bars or signals of these symbols were missed and cannot be had; a
   * snapshot follows. Bars are then to be asked for over HTTP.
   */
  gap: { readonly channel: FeedChannel; readonly symbols: readonly string[] };
  /** A refused frame. The connection may stay. */
  error: FeedRefusal;
  /** The edge's time, milliseconds since 1970. */
  heartbeat: { readonly time: number };
}

type Listener<Event extends keyof FeedEvents> = (event: FeedEvents[Event]) => void;

const defaultBackoff: BackoffLimits = { baseMs: 250, delayMsMax: 10_000 };

export class FeedClient implements AsyncIterable<FeedQuote> {
  readonly #options: FeedOptions;
  readonly #url: string;
  readonly #Socket: FeedSocketConstructor;
  readonly #subscriptions: FeedSubscriptions;
  readonly #accounts = new FeedAccounts((frame) => {
    if (this.#status.state === "connected") this.#connection?.send(frame);
  });
  readonly #latest = new Map<string, FeedQuote>();
  /** Open times of the latest bars seen, by symbol. */
  readonly #latestBars = new Map<string, number>();
  /** Sequences of the latest signals seen, by symbol. */
  readonly #latestSignals = new Map<string, number>();
  readonly #iterators = new Set<QuoteIterator>();
  readonly #listeners: { [Event in keyof FeedEvents]: Set<Listener<Event>> } = {
    status: new Set(),
    quotes: new Set(),
    bars: new Set(),
    signals: new Set(),
    gap: new Set(),
    error: new Set(),
    heartbeat: new Set(),
  };
  #status: FeedStatus = { state: "idle" };
  #connection: FeedConnection | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;

  /** Opens nothing yet: the first `subscribe` or `connect` does. Throws on a URL it cannot use. */
  constructor(options: FeedOptions) {
    this.#options = options;
    this.#subscriptions = new FeedSubscriptions(options.intervalMs ?? 0);
    this.#url = feedUrl(options.url, feedPath);
    this.#Socket = options.WebSocket ?? machineWebSocket();
  }

  get status(): FeedStatus {
    return this.#status;
  }

  /** The newest quote of each subscribed symbol. Old while the state is not `connected`. */
  get latest(): ReadonlyMap<string, FeedQuote> {
    return this.#latest;
  }

  /** Calls `listener` on every event of the kind; returns a function that ends this. */
  on<Event extends keyof FeedEvents>(event: Event, listener: Listener<Event>): () => void {
    const listeners: Set<Listener<Event>> = this.#listeners[event];
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  connect(): void {
    if (this.#status.state !== "idle") return;
    void this.#open();
    this.#setStatus({ state: "connecting" });
  }

  /**
   * Adds symbols, `"*"` for all. Resolves when the edge has them, however many reconnects that
   * takes; rejects with a {@link FeedRefusal}, or {@link FeedClosed}.
   */
  subscribe(symbols: "*" | readonly string[]): Promise<void> {
    return this.#change("subscribe", "quotes", symbols);
  }

  /** Takes symbols away, `"*"` for all of them. Resolves and rejects as `subscribe` does. */
  unsubscribe(symbols: "*" | readonly string[]): Promise<void> {
    return this.#change("unsubscribe", "quotes", symbols);
  }

  /** Adds symbols to the bars that come as `bars` events. Resolves and rejects as `subscribe`. */
  subscribeBars(symbols: "*" | readonly string[]): Promise<void> {
    return this.#change("subscribe", "bars", symbols);
  }

  /** Takes symbols away from the bars. Resolves and rejects as `subscribe` does. */
  unsubscribeBars(symbols: "*" | readonly string[]): Promise<void> {
    return this.#change("unsubscribe", "bars", symbols);
  }

  /** Adds symbols to the signals that come as `signals` events. Resolves and rejects as `subscribe`. */
  subscribeSignals(symbols: "*" | readonly string[]): Promise<void> {
    return this.#change("subscribe", "signals", symbols);
  }

  /** Takes symbols away from the signals. Resolves and rejects as `subscribe` does. */
  unsubscribeSignals(symbols: "*" | readonly string[]): Promise<void> {
    return this.#change("unsubscribe", "signals", symbols);
  }

  /**
   * Follows an account: every transaction once, in order, resumed by itself after each reconnect.
   * One at a time for each account. Its loop throws a {@link FeedRefusal} when the key may not read
   * the account, or there is none.
   */
  account(accountId: string, options: AccountFeedOptions = {}): AccountFeed {
    if (this.#status.state === "closed") throw this.#status.refusal ?? new FeedClosed();
    this.connect();
    return this.#accounts.open(accountId, options);
  }

  /** For good. Loops over the feed end. */
  close(): void {
    this.#end(null);
  }

  /**
   * Quotes one by one, from the latest of each symbol on. A slow reader gets the newest price of
   * each symbol. Ends at `close()`; throws a {@link FeedRefusal} when the edge refuses the key.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<FeedQuote> {
    const closed = this.#status.state === "closed" ? this.#status : null;
    const first = closed === null ? this.#latest.values() : [];
    const iterator = new QuoteIterator(first, (left) => this.#iterators.delete(left));
    if (closed === null) this.#iterators.add(iterator);
    else iterator.end(closed.refusal);
    return iterator;
  }

  #change(
    type: "subscribe" | "unsubscribe",
    channel: FeedChannel,
    symbols: "*" | readonly string[],
  ): Promise<void> {
    if (this.#status.state === "closed") {
      return Promise.reject(this.#status.refusal ?? new FeedClosed());
    }
    this.connect();
    const { frames, answered } = this.#subscriptions.change(type, channel, symbols);
    if (this.#status.state === "connected") {
      for (const frame of frames) this.#connection?.send(frame);
    }
    // Refusals come as `error` events too; a caller who awaits nothing must not crash from one.
    answered.catch(() => {});
    return answered;
  }

  async #open(): Promise<void> {
    let credential: string;
    let socket: FeedSocket;
    try {
      credential = await readCredential(this.#options.key);
      if (this.#status.state === "closed") return;
      socket = this.#options.binary === true
        ? new this.#Socket(this.#url, [feedProtocols.binary])
        : new this.#Socket(this.#url);
    } catch (error) {
      return this.#lost(error instanceof Error ? error.message : String(error), null);
    }
    this.#connection = new FeedConnection(socket, {
      credential,
      heartbeatMs: this.#options.heartbeatMs ?? 1_000,
      connectMsMax: this.#options.connectMsMax ?? 10_000,
      ready: () => this.#ready(),
      frame: (frame) => this.#read(frame),
      lost: (reason, refusal) => this.#lost(reason, refusal),
    });
  }

  #ready(): void {
    const quotes = new Map([...this.#latest].map(([symbol, { sequence }]) => [symbol, sequence]));
    const [bars, signals] = [this.#latestBars, this.#latestSignals];
    const frames = this.#subscriptions.restore({ quotes, bars, signals });
    for (const frame of frames) this.#connection?.send(frame);
    this.#setStatus({ state: "connected" });
    this.#accounts.restore();
  }

  #read(frame: ServerFrame): void {
    switch (frame.type) {
      case "snapshot":
      case "quotes":
        return this.#take(frame.quotes, frame.type === "snapshot");
      case "bars":
        return this.#takeBars(frame);
      case "signals":
        return this.#takeSignals(frame);
      case "gap":
        return this.#emit("gap", { channel: frame.channel, symbols: frame.symbols });
      case "account_snapshot":
      case "transactions":
      case "account_values":
        return this.#accounts.take(frame);
      case "subscribed":
        return this.#answered(frame);
      case "heartbeat":
        this.#attempt = 0;
        return this.#emit("heartbeat", { time: frame.time });
      case "error":
        return this.#refused(frame);
    }
  }

  #answered(frame: SubscribedFrame | AccountSubscribedFrame): void {
    if (frame.channel === "account") return this.#accounts.answered(frame.id);
    const standing = this.#subscriptions.answered(frame);
    if (standing === null || standing.symbols === "*") return;
    const kept = new Set(standing.symbols);
    const seen = {
      quotes: this.#latest,
      bars: this.#latestBars,
      signals: this.#latestSignals,
    }[standing.channel];
    for (const symbol of seen.keys()) if (!kept.has(symbol)) seen.delete(symbol);
  }

  #refused(frame: ErrorFrame): void {
    const ofAccount = this.#accounts.refused(frame);
    if (ofAccount !== null) return this.#emit("error", ofAccount);
    const again = this.#subscriptions.startOver(frame);
    if (again === null) return this.#emit("error", this.#subscriptions.refused(frame));
    this.#connection?.send(again.frame);
    this.#emit("gap", again.gap);
  }

  #take(quotes: readonly FeedQuote[], snapshot: boolean): void {
    for (const quote of quotes) this.#latest.set(quote.symbol, quote);
    for (const iterator of this.#iterators) iterator.push(quotes);
    this.#emit("quotes", { quotes, snapshot });
  }

  #takeBars({ bars, snapshot }: BarsFrame): void {
    for (const { symbol, openTime } of bars) {
      const latest = this.#latestBars.get(symbol) ?? 0;
      if (openTime > latest) this.#latestBars.set(symbol, openTime);
    }
    this.#emit("bars", { bars, snapshot });
  }

  #takeSignals({ signals, snapshot }: SignalsFrame): void {
    for (const { symbol, sequence } of signals) {
      const latest = this.#latestSignals.get(symbol) ?? 0;
      if (sequence > latest) this.#latestSignals.set(symbol, sequence);
    }
    this.#emit("signals", { signals, snapshot });
  }

  #lost(reason: string, refusal: ErrorFrame | null): void {
    this.#connection = null;
    if (this.#status.state === "closed") return;
    if (refusal !== null) return this.#end(new FeedRefusal(refusal));
    const { backoff = defaultBackoff, random = machineRandom } = this.#options;
    const delayMs = backoffMs(this.#attempt, backoff, random);
    this.#attempt += 1;
    this.#retry = setTimeout(() => void this.#open(), delayMs);
    this.#setStatus({ state: "reconnecting", reason, attempt: this.#attempt, delayMs });
  }

  #end(refusal: FeedRefusal | null): void {
    if (this.#status.state === "closed") return;
    clearTimeout(this.#retry);
    this.#connection?.drop();
    this.#connection = null;
    this.#subscriptions.end(refusal ?? new FeedClosed());
    this.#accounts.end(refusal);
    for (const iterator of this.#iterators) iterator.end(refusal);
    this.#iterators.clear();
    this.#latest.clear();
    this.#latestBars.clear();
    this.#latestSignals.clear();
    this.#setStatus({ state: "closed", refusal });
  }

  #setStatus(status: FeedStatus): void {
    this.#status = status;
    this.#emit("status", status);
  }

  #emit<Event extends keyof FeedEvents>(event: Event, value: FeedEvents[Event]): void {
    for (const listener of this.#listeners[event] as Set<Listener<Event>>) listener(value);
  }
}
