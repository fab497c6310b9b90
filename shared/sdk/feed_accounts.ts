/** The accounts one client follows: which frame belongs to which, and what a fresh connection needs. */

import { AccountFeed, type AccountFeedOptions } from "./account_feed.ts";
import type {
  AccountFrame,
  AccountSnapshotFrame,
  AccountValuesFrame,
  TransactionsFrame,
} from "./account_frames.ts";
import type { ErrorFrame } from "./feed_frames.ts";
import { FeedRefusal } from "./feed_subscriptions.ts";

export class FeedAccounts {
  readonly #feeds = new Map<string, AccountFeed>();
  /** Accounts by the id of the newest frame about them. */
  readonly #asked = new Map<string, AccountFeed>();
  readonly #send: (frame: AccountFrame) => void;
  #lastId = 0;

  /** `send` passes over a frame while there is no connection: the next one asks anew. */
  constructor(send: (frame: AccountFrame) => void) {
    this.#send = send;
  }

  /** @throws TypeError when the account is followed already. */
  open(accountId: string, options: AccountFeedOptions): AccountFeed {
    if (this.#feeds.has(accountId)) {
      throw new TypeError(`Cannot follow ${accountId} twice: close the other first`);
    }
    const feed: AccountFeed = new AccountFeed(accountId, options, {
      send: (frame) => this.#ask(feed, frame),
      left: (left) => this.#forget(left),
    });
    this.#feeds.set(accountId, feed);
    return feed;
  }

  #ask(feed: AccountFeed, frame: AccountFrame): void {
    const id = `account-${++this.#lastId}`;
    if (frame.type === "subscribe") this.#asked.set(id, feed);
    this.#send({ ...frame, id });
  }

  /** Asks again for all of them: the connection is a new one. */
  restore(): void {
    this.#asked.clear();
    for (const feed of this.#feeds.values()) feed.resume();
  }

  take(frame: AccountSnapshotFrame | TransactionsFrame | AccountValuesFrame): void {
    this.#feeds.get(frame.accountId)?.take(frame);
  }

  answered(id: string | undefined): void {
    if (id !== undefined) this.#asked.delete(id);
  }

  /** Ends the account that the frame asked for; `null` when it is about something else. */
  refused(frame: ErrorFrame): FeedRefusal | null {
    const feed = this.#asked.get(frame.id ?? "");
    if (feed === undefined) return null;
    this.#asked.delete(frame.id!);
    this.#forget(feed);
    const refusal = new FeedRefusal(frame);
    feed.end(refusal);
    return refusal;
  }

  #forget(feed: AccountFeed): void {
    if (this.#feeds.get(feed.accountId) === feed) this.#feeds.delete(feed.accountId);
  }

  /** Ends them all. */
  end(error: Error | null): void {
    for (const feed of this.#feeds.values()) feed.end(error);
    this.#feeds.clear();
  }
}
