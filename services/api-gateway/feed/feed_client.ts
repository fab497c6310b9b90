/**
 * One client's end of a channel. A client that keeps up gets every update. One that does not is never
 * sent more than a bound: it is marked behind, only the keys that moved are remembered, and it gets
 * the newest of each once it has caught up. Nobody else waits for it.
 */

import { feedLimits } from "../../../shared/contracts/messages/feed.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { Frame, Update } from "./channel_board.ts";

/** The part of a WebSocket that the feed needs. */
export interface FeedSocket {
  send(frame: Frame): void;
  /** Bytes given to `send` and not yet taken by the network. */
  readonly bufferedAmount: number;
}

/** Asking the socket costs a call into the runtime, so it is asked once in this many characters or bytes. */
const checkEvery = feedLimits.bufferedBytesMax / 4;
/** A client has caught up when fewer bytes than this wait for it. */
const caughtUpBytes = feedLimits.bufferedBytesMax / 2;
/** Answers to a client's own frames are not conflated, only bounded. */
const answersBytesMax = feedLimits.bufferedBytesMax * 2;

interface Lag {
  readonly keys: Set<string>;
  buffered: number;
  /** When it last read something. */
  progressAt: EpochMs;
}

export class FeedClient {
  readonly #socket: FeedSocket;
  #unchecked = 0;
  #lag: Lag | null = null;

  constructor(socket: FeedSocket) {
    this.#socket = socket;
  }

  /** Sends a shared frame, or notes its keys when the client is behind; says whether it sent. */
  offer(frame: Frame, updates: readonly Update[], now: EpochMs): boolean {
    if (this.#lag === null) {
      this.#unchecked += frame.length;
      if (this.#unchecked < checkEvery || !this.#overfull(now)) {
        this.#socket.send(frame);
        return true;
      }
    }
    for (const { key } of updates) this.#lag!.keys.add(key);
    return false;
  }

  #overfull(now: EpochMs): boolean {
    this.#unchecked = 0;
    const buffered = this.#socket.bufferedAmount;
    if (buffered <= feedLimits.bufferedBytesMax) return false;
    this.#lag = { keys: new Set(), buffered, progressAt: now };
    return true;
  }

  /** Sends an answer to the client's own frame; `false` when it does not read its answers. */
  answer(frame: Frame): boolean {
    if (this.#socket.bufferedAmount > answersBytesMax) return false;
    this.#unchecked += frame.length;
    this.#socket.send(frame);
    return true;
  }

  /** Of a client that is behind: whether it caught up, still reads, or has stalled for too long. */
  lagging(now: EpochMs): "caught_up" | "reading" | "stalled" {
    const lag = this.#lag;
    const buffered = this.#socket.bufferedAmount;
    if (lag === null || buffered < caughtUpBytes) return "caught_up";
    if (buffered < lag.buffered) lag.progressAt = now;
    lag.buffered = buffered;
    return now - lag.progressAt > feedLimits.stalledMsMax ? "stalled" : "reading";
  }

  /** Ends the lag; the keys that moved meanwhile. */
  takeMissed(): ReadonlySet<string> {
    const missed = this.#lag?.keys ?? new Set<string>();
    this.#lag = null;
    this.#unchecked = 0;
    return missed;
  }
}
