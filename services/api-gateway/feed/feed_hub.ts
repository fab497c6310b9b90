/**
 * Fans quotes out. Clients with the same subscription form a group; a flush makes one frame of
 * everything that has come since the last, and sends that same text to all clients of the group.
 */

import type { Quote } from "../../../shared/domain/quote.ts";
import type { Clock } from "../../../shared/domain/time.ts";
import type { FeedClient } from "./feed_client.ts";
import { pendingMax, type PendingQuote, type QuoteBoard } from "./quote_board.ts";

/** `null` stands for every symbol, now and later. */
export type Subscription = ReadonlySet<string> | null;

interface Group {
  readonly key: string;
  readonly symbols: Subscription;
  readonly clients: Set<FeedClient>;
}

/** Running totals since the start. */
export interface FeedTotals {
  quotesSent: number;
  framesSent: number;
  /** Frames that a client which was behind got the sum of, later. */
  framesConflated: number;
}

export interface FeedHubParts {
  readonly board: QuoteBoard;
  readonly clock: Clock;
  /** Runs the flush once the work at hand is done, so batches that arrived together leave together. */
  readonly defer: (flush: () => void) => void;
}

export class FeedHub {
  readonly totals: FeedTotals = { quotesSent: 0, framesSent: 0, framesConflated: 0 };
  readonly #parts: FeedHubParts;
  readonly #groups = new Map<string, Group>();
  readonly #groupOf = new Map<FeedClient, Group>();
  readonly #behind = new Set<FeedClient>();
  #deferred = false;

  constructor(parts: FeedHubParts) {
    this.#parts = parts;
  }

  /** Takes quotes; they leave with the next flush. */
  publish(quotes: readonly Quote[]): void {
    const { board, defer } = this.#parts;
    for (const quote of quotes) board.put(quote);
    if (board.pending >= pendingMax) this.flush();
    else if (!this.#deferred && board.pending > 0) {
      this.#deferred = true;
      defer(() => {
        this.#deferred = false;
        this.flush();
      });
    }
  }

  /** Sends what has come since the last flush. */
  flush(): void {
    const pending = this.#parts.board.takePending();
    if (pending.length === 0) return;
    for (const group of this.#groups.values()) {
      const { symbols } = group;
      const quotes = symbols === null ? pending : pending.filter((one) => symbols.has(one.symbol));
      if (quotes.length > 0) this.#send(group, frameOf("quotes", quotes), quotes);
    }
  }

  /** Looks for statuses that time alone has changed, and proves to every client that the edge lives. */
  beat(): void {
    this.#parts.board.refresh();
    this.flush();
    const frame = `{"type":"heartbeat","time":${this.#parts.clock.now()}}`;
    for (const group of this.#groups.values()) this.#send(group, frame, []);
  }

  #send(group: Group, frame: string, quotes: readonly PendingQuote[]): void {
    const now = this.#parts.clock.now();
    let sent = 0;
    for (const client of group.clients) {
      if (client.offer(frame, quotes, now)) sent++;
      else this.#behind.add(client);
    }
    this.totals.framesSent += sent;
    this.totals.quotesSent += sent * quotes.length;
    if (quotes.length > 0) this.totals.framesConflated += group.clients.size - sent;
  }

  /** Serves the clients that were behind and have caught up; returns those that have stalled. */
  catchUp(): FeedClient[] {
    const { board, clock } = this.#parts;
    const stalled: FeedClient[] = [];
    for (const client of this.#behind) {
      const state = client.lagging(clock.now());
      if (state === "reading") continue;
      this.#behind.delete(client);
      if (state === "stalled") {
        stalled.push(client);
        continue;
      }
      const wanted = this.#groupOf.get(client)?.symbols ?? null;
      const missed = client.takeMissed();
      const quotes = board.newest(wanted === null ? missed : missed.intersection(wanted));
      if (quotes.length === 0) continue;
      if (!client.offer(frameOf("quotes", quotes), quotes, clock.now())) this.#behind.add(client);
      else this.totals.quotesSent += quotes.length;
    }
    return stalled;
  }

  /** Puts the client under a subscription in place of its last; an empty one gets heartbeats only. */
  subscribe(client: FeedClient, symbols: Subscription): void {
    this.flush(); // what came before the subscription is in its snapshot
    this.#leave(client);
    const key = symbols === null ? "*" : [...symbols].sort().join();
    let group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, group = { key, symbols, clients: new Set() });
    group.clients.add(client);
    this.#groupOf.set(client, group);
  }

  remove(client: FeedClient): void {
    this.#leave(client);
    this.#groupOf.delete(client);
    this.#behind.delete(client);
  }

  #leave(client: FeedClient): void {
    const group = this.#groupOf.get(client);
    group?.clients.delete(client);
    if (group?.clients.size === 0) this.#groups.delete(group.key);
  }

  /** The frame that tells a new subscriber where its symbols stand. */
  snapshot(symbols: Subscription): string {
    const { board } = this.#parts;
    return frameOf("snapshot", board.newest(symbols ?? board.symbols()));
  }
}

function frameOf(type: "quotes" | "snapshot", quotes: readonly PendingQuote[]): string {
  let list = "";
  for (const { text } of quotes) list += list === "" ? text : "," + text;
  return `{"type":"${type}","quotes":[${list}]}`;
}
