/**
 * Fans the updates of one channel out. Clients that want the same in the same way form a group: a
 * frame is made once for the group, and every client of it gets that same frame. A group takes every
 * update as it comes, or at each turn of its interval, counted from 1970 and so the same for all,
 * the newest of what has moved.
 */

import type { Clock, EpochMs } from "../../../shared/domain/time.ts";
import type { ChannelBoard, Encoding, Frame, Update } from "./channel_board.ts";
import type { FeedClient } from "./feed_client.ts";

/** Updates between two flushes at most. */
export const pendingMax = 1_000;

/** What a client wants of a channel, and how. */
export interface Subscription {
  /** `null` stands for every symbol, now and later. */
  readonly symbols: ReadonlySet<string> | null;
  /** 0: every update. */
  readonly intervalMs: number;
  readonly encoding: Encoding;
}

interface Group extends Subscription {
  readonly key: string;
  readonly clients: Set<FeedClient>;
}

/** The groups of one interval, and what has moved since its last turn. */
interface Beat {
  readonly moved: Set<string>;
  turn: number;
  groups: number;
}

/** Running totals since the start. */
export interface FeedTotals {
  /** Updates of the channel: quotes, or bars. */
  quotesSent: number;
  framesSent: number;
  /** Frames that a client which was behind got the sum of, later. */
  framesConflated: number;
}

export interface FeedHubParts<Board> {
  readonly board: Board;
  readonly clock: Clock;
  /** Runs the flush once the work at hand is done, so batches that arrived together leave together. */
  readonly defer: (flush: () => void) => void;
}

export class FeedHub<Board extends ChannelBoard = ChannelBoard> {
  readonly totals: FeedTotals = { quotesSent: 0, framesSent: 0, framesConflated: 0 };
  readonly board: Board;
  readonly #clock: Clock;
  readonly #defer: FeedHubParts<Board>["defer"];
  readonly #groups = new Map<string, Group>();
  readonly #groupOf = new Map<FeedClient, Group>();
  readonly #beats = new Map<number, Beat>();
  readonly #behind = new Set<FeedClient>();
  #deferred = false;

  constructor({ board, clock, defer }: FeedHubParts<Board>) {
    this.board = board;
    this.#clock = clock;
    this.#defer = defer;
  }

  /** Takes updates by what `put` does to the board; they leave with the next flush. */
  publish(put: (board: Board) => void): void {
    put(this.board);
    if (this.board.pending >= pendingMax) this.flush();
    else if (!this.#deferred && this.board.pending > 0) {
      this.#deferred = true;
      this.#defer(() => {
        this.#deferred = false;
        this.flush();
      });
    }
  }

  /** Sends what has come since the last flush to those who take everything. */
  flush(): void {
    const pending = this.board.takePending();
    if (pending.length === 0) return;
    for (const { moved } of this.#beats.values()) {
      for (const { key } of pending) moved.add(key);
    }
    for (const group of this.#groups.values()) {
      if (group.intervalMs === 0) this.#sendUpdates(group, pending);
    }
  }

  /** Sends the newest of what has moved to the groups whose interval has turned. */
  turn(): void {
    const now = this.#clock.now();
    for (const [intervalMs, beat] of this.#beats) {
      const turn = Math.floor(now / intervalMs);
      if (turn <= beat.turn) continue;
      beat.turn = turn;
      this.flush();
      if (beat.moved.size === 0) continue;
      const updates = this.board.newest(beat.moved);
      beat.moved.clear();
      for (const group of this.#groups.values()) {
        if (group.intervalMs === intervalMs) this.#sendUpdates(group, updates);
      }
    }
  }

  #sendUpdates(group: Group, updates: readonly Update[]): void {
    const { symbols, encoding } = group;
    const wanted = symbols === null ? updates : updates.filter((one) => symbols.has(one.symbol));
    if (wanted.length > 0) this.#send(group, this.board.frame("update", wanted, encoding), wanted);
  }

  /** Looks for what time alone has changed; it leaves at once. */
  refresh(): void {
    this.board.refresh();
    this.flush();
  }

  /** Proves to every client that the edge lives, and what it knows with it. */
  beat(): void {
    this.refresh();
    const frame = `{"type":"heartbeat","time":${this.#clock.now()}}`;
    for (const group of this.#groups.values()) this.#send(group, frame, []);
  }

  #send(group: Group, frame: Frame, updates: readonly Update[]): void {
    const now = this.#clock.now();
    let sent = 0;
    for (const client of group.clients) {
      if (client.offer(frame, updates, now)) sent++;
      else this.#behind.add(client);
    }
    this.totals.framesSent += sent;
    this.totals.quotesSent += sent * updates.length;
    if (updates.length > 0) this.totals.framesConflated += group.clients.size - sent;
  }

  /** Serves the clients that were behind and have caught up; returns those that have stalled. */
  catchUp(): FeedClient[] {
    const now = this.#clock.now();
    const stalled: FeedClient[] = [];
    for (const client of this.#behind) {
      const state = client.lagging(now);
      if (state === "reading") continue;
      this.#behind.delete(client);
      if (state === "stalled") stalled.push(client);
      else this.#sendMissed(client, now);
    }
    return stalled;
  }

  #sendMissed(client: FeedClient, now: EpochMs): void {
    const { symbols, encoding } = this.#groupOf.get(client)!;
    const missed = this.board.newest(client.takeMissed());
    const wanted = symbols === null ? missed : missed.filter((one) => symbols.has(one.symbol));
    if (wanted.length === 0) return;
    if (client.offer(this.board.frame("update", wanted, encoding), wanted, now)) {
      this.totals.quotesSent += wanted.length;
    } else this.#behind.add(client);
  }

  /** Puts the client under a subscription in place of its last; an empty one gets heartbeats only. */
  subscribe(client: FeedClient, { symbols, intervalMs, encoding }: Subscription): void {
    this.flush(); // what came before the subscription is in its snapshot
    this.#leave(client);
    const names = symbols === null ? "*" : [...symbols].sort().join();
    const key = `${encoding} ${intervalMs} ${names}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      this.#groups.set(key, group = { key, symbols, intervalMs, encoding, clients: new Set() });
      if (intervalMs > 0) this.#beatOf(intervalMs).groups++;
    }
    group.clients.add(client);
    this.#groupOf.set(client, group);
  }

  #beatOf(intervalMs: number): Beat {
    let beat = this.#beats.get(intervalMs);
    if (beat === undefined) {
      const turn = Math.floor(this.#clock.now() / intervalMs);
      this.#beats.set(intervalMs, beat = { moved: new Set(), turn, groups: 0 });
    }
    return beat;
  }

  remove(client: FeedClient): void {
    this.#leave(client);
    this.#groupOf.delete(client);
    this.#behind.delete(client);
  }

  #leave(client: FeedClient): void {
    const group = this.#groupOf.get(client);
    if (group === undefined) return;
    group.clients.delete(client);
    if (group.clients.size > 0) return;
    this.#groups.delete(group.key);
    if (group.intervalMs > 0 && --this.#beatOf(group.intervalMs).groups === 0) {
      this.#beats.delete(group.intervalMs);
    }
  }

  /** The frame that tells a new subscriber where its symbols stand. */
  snapshot(symbols: Subscription["symbols"], encoding: Encoding): Frame {
    return this.board.frame("snapshot", this.board.standing(symbols), encoding);
  }
}
