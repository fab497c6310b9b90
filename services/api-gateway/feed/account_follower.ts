/**
 * One client that follows one account. It has a place, the last transaction it was sent, and takes
 * what comes after it from the recent ones or, where those have a gap or begin too late, from the
 * trading gateway. So order and completeness need no care elsewhere: an event that comes twice, late
 * or not at all only tells that there is something to take. A client that reads slowly is sent no
 * more until it has read; what it missed waits in the store, not here.
 */

import { feedLimits } from "../../../shared/contracts/messages/feed.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import {
  type AccountPage,
  type AccountReader,
  AccountRefused,
  type AccountSource,
} from "./account_source.ts";
import type { FeedClient } from "./feed_client.ts";
import { type FeedRefusal, refusal } from "./frames.ts";
import type { RecentTransactions } from "./recent_transactions.ts";

/** Waits after a read that failed: doubling between these, in milliseconds. */
const retryMs = { first: 250, max: 4_000 };

/** What the edge knows of an account that is followed. */
export interface Watched {
  /** The newest transaction this edge has heard of. */
  head: number;
}

export interface FollowerParts {
  readonly source: AccountSource;
  readonly recent: RecentTransactions;
  readonly now: () => EpochMs;
  /** It waits, for the client to read or for the trading gateway: ask it again soon. */
  readonly waits: (follower: AccountFollower) => void;
  readonly sent: (transactions: number) => void;
}

/** What the client asked for, and how it is answered. */
export interface FollowRequest {
  readonly reader: AccountReader;
  /** The last transaction the client has seen; `undefined` for a snapshot first. */
  readonly since: number | undefined;
  /** Whether the edge knows that `since` is the newest: nothing need be read then. */
  readonly isNewest: boolean;
  readonly client: FeedClient;
  /** The account was read: the answer stands before everything else. */
  readonly opened: () => void;
  /** It cannot be followed, or the client reads nothing. */
  readonly refused: (refused: Pick<FeedRefusal, "code" | "detail">) => void;
}

export class AccountFollower {
  readonly request: FollowRequest;
  readonly #parts: FollowerParts;
  readonly #watched: Watched;
  /** The last transaction the client was sent; `null` until the account was read. */
  #place: number | null = null;
  /** What was read and not sent yet, one read at most. */
  #page: string[] = [];
  #reading = false;
  #blocked = false;
  #failures = 0;
  #retryAt = 0;
  #ended = false;
  #values = "";

  constructor(request: FollowRequest, watched: Watched, parts: FollowerParts) {
    this.request = request;
    this.#watched = watched;
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#place !== null;
  }

  /** Sends what there is to send, or begins to read it. */
  advance(): void {
    if (this.#ended || this.#reading || this.#blocked || this.#parts.now() < this.#retryAt) return;
    if (this.#place === null) {
      if (this.request.isNewest) this.#open(this.request.since!);
      else return void this.#read();
    }
    while (this.#place! < this.#watched.head) {
      const { accountId } = this.request.reader;
      if (this.#page.length === 0) {
        const max = feedLimits.transactionsPerFrameMax;
        this.#page = this.#parts.recent.following(accountId, this.#place!, max);
      }
      if (this.#page.length === 0) return void this.#read();
      const texts = this.#page.slice(0, feedLimits.transactionsPerFrameMax);
      const head = `{"type":"transactions","accountId":"${accountId}","transactions":[`;
      if (!this.#offer(`${head}${texts.join()}]}`)) return;
      this.#page = this.#page.slice(texts.length);
      this.#place! += texts.length;
      this.#parts.sent(texts.length);
    }
  }

  #offer(frame: string): boolean {
    if (this.request.client.offer(frame, [], this.#parts.now())) return true;
    this.#blocked = true;
    this.#page = []; // to be taken again when the client reads
    this.#parts.waits(this);
    return false;
  }

  /** Tells what the account is worth, unless the client is behind or was told. */
  tellValues(values: string, frame: () => string): void {
    if (this.#place === null || this.#ended || this.#blocked || this.#values === values) return;
    if (this.#offer(frame())) this.#values = values;
  }

  /** Looks again after a wait; whether it still waits. */
  lookAgain(now: EpochMs): boolean {
    if (this.#ended || this.#reading) return false;
    if (this.#blocked) {
      const state = this.request.client.lagging(now);
      if (state === "reading") return true;
      if (state === "stalled") {
        this.request.refused(refusal("client_stalled", "Read faster, or follow fewer accounts"));
        return false;
      }
      this.request.client.takeMissed();
      this.#blocked = false;
    }
    if (now < this.#retryAt) return true;
    this.advance();
    return false;
  }

  async #read(): Promise<void> {
    this.#reading = true;
    const { reader, since } = this.request;
    const { source } = this.#parts;
    try {
      if (this.#place === null && since === undefined) {
        this.#begin(await source.snapshot(reader));
      } else this.#takePage(await source.transactions(reader, this.#place ?? since!));
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#reading = false;
    }
    if (this.#blocked) this.#page = [];
    // Nobody looked at it during the read, not even when what it is worth did not go out any more.
    if (this.#blocked || this.#retryAt > this.#parts.now()) this.#parts.waits(this);
    else this.advance();
  }

  #begin(snapshot: Awaited<ReturnType<AccountSource["snapshot"]>>): void {
    this.#failures = 0;
    if (this.#ended) return;
    const { account, orders, positions } = snapshot;
    const { accountId } = this.request.reader;
    const { lastTransactionId } = account;
    this.#open(lastTransactionId);
    // An answer to the client's own frame: it is sent even if the client is slow, and bounded.
    const frame = { type: "account_snapshot", accountId, lastTransactionId };
    const body = JSON.stringify({ ...frame, account, orders, positions });
    if (!this.request.client.answer(body)) {
      this.request.refused(refusal("client_stalled", "Read the answers to your own frames"));
    }
  }

  #takePage(page: AccountPage): void {
    if (this.#ended) return;
    const after = this.#place ?? this.request.since!;
    if (page.lastTransactionId < after) {
      const detail = `The account's last transaction is ${page.lastTransactionId}`;
      return this.request.refused(refusal("resume_ahead", detail));
    }
    if (this.#place === null) this.#open(after);
    this.#watched.head = Math.max(this.#watched.head, page.lastTransactionId);
    this.#page = inOrder(page, after);
    // Told of, and not to be read yet: a replica that is behind.
    if (this.#page.length === 0 && after < this.#watched.head) this.#wait();
    else this.#failures = 0;
  }

  #open(at: number): void {
    this.#place = at;
    this.#watched.head = Math.max(this.#watched.head, at);
    this.request.opened();
  }

  #failed(error: unknown): void {
    if (this.#ended) return;
    if (error instanceof AccountRefused) {
      this.request.refused(refusal(error.code, "Ask for another account, or use another key"));
    } else this.#wait();
  }

  #wait(): void {
    const delay = Math.min(retryMs.first * 2 ** this.#failures++, retryMs.max);
    this.#retryAt = this.#parts.now() + delay;
  }

  end(): void {
    this.#ended = true;
    this.#page = [];
  }
}

/** Texts of the page. @throws RangeError when it does not begin right after, or has a gap. */
function inOrder({ transactions }: AccountPage, after: number): string[] {
  return transactions.map((one, at) => {
    if (one.transactionId !== after + at + 1) {
      throw new RangeError(`Cannot take transaction ${one.transactionId} after ${after + at}`);
    }
    return JSON.stringify(one);
  });
}
