/** One account over the feed: every transaction once, in order, however often the connection breaks. */

import type {
  AccountFrame,
  AccountSnapshotFrame,
  AccountValuesFrame,
  TransactionsFrame,
} from "./account_frames.ts";
import type { Transaction } from "./generated/types.gen.ts";

/** Transactions that wait for a slow loop, beyond which the edge is asked to stop; and to go on. */
const waiting = { max: 1_000, resume: 200 };

export interface AccountFeedOptions {
  /**
   * The last transaction seen, kept from an earlier run: what came after it is told, however long
   * ago; 0 for all. Left out, a snapshot comes first, then what happens from there on.
   */
  readonly since?: number | undefined;
}

export interface AccountFeedEvents {
  /** Where the account stands, before the first transaction; not when resumed. */
  snapshot: AccountSnapshotFrame;
  /** One frame's worth; each comes once, in order, without gaps. */
  transactions: readonly Transaction[];
  /** What the account is worth, when it changed: twice a second at most. */
  values: AccountValuesFrame;
}
type Listener<Event extends keyof AccountFeedEvents> = (event: AccountFeedEvents[Event]) => void;

/** How the account reaches the edge; `send` passes over a frame while there is no connection. */
export interface AccountWire {
  send(frame: AccountFrame): void;
  /** Nobody follows the account any more. */
  left(feed: AccountFeed): void;
}

/** Somebody who waits for the next transaction. */
interface Reader {
  resolve(result: IteratorResult<Transaction>): void;
  reject(reason: unknown): void;
}

/**
 * Read it with `for await`, or `on("transactions", …)`. It begins with the first of either, so
 * nothing is missed between making it and reading it. A loop that is slow holds the edge up, not
 * this memory.
 */
export class AccountFeed implements AsyncIterableIterator<Transaction> {
  readonly accountId: string;
  readonly #wire: AccountWire;
  readonly #listeners: { [Event in keyof AccountFeedEvents]: Set<Listener<Event>> } = {
    snapshot: new Set(),
    transactions: new Set(),
    values: new Set(),
  };
  #last: number | null;
  #state: "idle" | "following" | "paused" | "ended" = "idle";
  #values: AccountValuesFrame | null = null;
  #queue: Transaction[] = [];
  #iterated = false;
  #error: Error | null = null;
  #readers: Reader[] = [];

  constructor(accountId: string, options: AccountFeedOptions, wire: AccountWire) {
    this.accountId = accountId;
    this.#last = options.since ?? null;
    this.#wire = wire;
  }

  /** The last transaction that came; `null` before the first answer. To be kept as `since`. */
  get lastTransactionId(): number | null {
    return this.#last;
  }

  /** What the account was worth when last told. */
  get values(): AccountValuesFrame | null {
    return this.#values;
  }

  /** Calls `listener` on every event of the kind; returns a function that ends this. */
  on<Event extends keyof AccountFeedEvents>(event: Event, listener: Listener<Event>): () => void {
    const listeners: Set<Listener<Event>> = this.#listeners[event];
    listeners.add(listener);
    this.#begin();
    return () => void listeners.delete(listener);
  }

  /** For good. Loops over it end. */
  close(): void {
    if (this.#state === "ended") return;
    const followed = this.#state === "following";
    this.end(null);
    const { accountId } = this;
    if (followed) this.#wire.send({ type: "unsubscribe", channel: "account", accountId });
    this.#wire.left(this);
  }

  [Symbol.asyncIterator](): this {
    this.#iterated = true;
    this.#begin();
    return this;
  }

  /** The next transaction; rejects when the edge refuses the account. */
  next(): Promise<IteratorResult<Transaction>> {
    this.#iterated = true;
    this.#begin();
    const one = this.#queue.shift();
    if (one !== undefined) {
      if (this.#state === "paused" && this.#queue.length <= waiting.resume) this.#follow();
      return Promise.resolve({ done: false, value: one });
    }
    if (this.#state !== "ended") {
      return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
    }
    const error = this.#error;
    this.#error = null;
    return error === null
      ? Promise.resolve({ done: true, value: undefined })
      : Promise.reject(error);
  }

  return(): Promise<IteratorResult<Transaction>> {
    this.#queue = [];
    this.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  #begin(): void {
    if (this.#state === "idle") this.#follow();
  }

  #follow(): void {
    this.#state = "following";
    this.resume();
  }

  /** Asks the edge for what comes after the last transaction seen. For {@link FeedClient}. */
  resume(): void {
    if (this.#state !== "following") return;
    const since = this.#last === null ? {} : { since: this.#last };
    this.#wire.send({ type: "subscribe", channel: "account", accountId: this.accountId, ...since });
  }

  /** Takes a frame about this account. For {@link FeedClient}. */
  take(frame: AccountSnapshotFrame | TransactionsFrame | AccountValuesFrame): void {
    // While paused, what was on its way is asked for again later.
    if (this.#state !== "following") return;
    if (frame.type === "account_values") {
      this.#values = frame;
      this.#emit("values", frame);
    } else if (frame.type === "account_snapshot") {
      this.#last = frame.lastTransactionId;
      this.#emit("snapshot", frame);
    } else this.#takeTransactions(frame.transactions);
  }

  #takeTransactions(transactions: readonly Transaction[]): void {
    const news = transactions.filter(({ transactionId }) => transactionId > (this.#last ?? 0));
    const first = news[0];
    if (first === undefined) return;
    // An edge never leaves one out; if it did, the answer to this begins where we are.
    if (first.transactionId !== (this.#last ?? 0) + 1) return this.resume();
    this.#last = news.at(-1)!.transactionId;
    if (this.#iterated) this.#push(news);
    this.#emit("transactions", news);
  }

  #push(news: readonly Transaction[]): void {
    for (const one of news) {
      const reader = this.#readers.shift();
      if (reader !== undefined) reader.resolve({ done: false, value: one });
      else this.#queue.push(one);
    }
    if (this.#queue.length <= waiting.max || this.#state !== "following") return;
    this.#state = "paused";
    this.#wire.send({ type: "unsubscribe", channel: "account", accountId: this.accountId });
  }

  /** Ends the loops once what waits is read; with an error, they throw it. For {@link FeedClient}. */
  end(error: Error | null): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#error = error;
    const readers = this.#readers;
    this.#readers = [];
    for (const reader of readers) void this.next().then(reader.resolve, reader.reject);
  }

  #emit<Event extends keyof AccountFeedEvents>(
    event: Event,
    value: AccountFeedEvents[Event],
  ): void {
    for (const listener of this.#listeners[event] as Set<Listener<Event>>) listener(value);
  }
}
