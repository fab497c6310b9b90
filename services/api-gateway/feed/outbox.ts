/**
 * Sends what the sockets of the feed are given, in the order given, some of it at each turn of the
 * event loop. The runtime copies a frame for each socket and writes it between turns: of thousands of
 * copies made at once the first has left the processor's caches before it is written, and all that
 * arrives meanwhile, an order among it, waits for the last. A few sends at a time cost a quarter less,
 * and large frames a fraction: the copies of a storm had the allocator ask for memory at every flush.
 */

import type { Frame } from "./channel_board.ts";
import type { ClosableSocket } from "./feed_session.ts";

/** Sends of one turn, and characters or bytes of them: what a processor's own cache still holds. */
const turnMax = { sends: 64, length: 512 * 1_024 } as const;
/** What is sent is dropped from the queue's front in lots of this many. */
const dropSent = 4_096;

export class Outbox {
  readonly #nextTurn: (run: () => void) => void;
  #sends = 0;
  #length = 0;
  #scheduled = false;
  /** Frames and their sockets; those before `#at` are sent. */
  #queue: { readonly socket: OutboxSocket; readonly frame: Frame }[] = [];
  #at = 0;
  #afterwards: (() => void)[] = [];

  /** `nextTurn` runs a function once what has arrived has been handled. */
  constructor(nextTurn: (run: () => void) => void) {
    this.#nextTurn = nextTurn;
  }

  /** The socket as the feed sees it: all that goes to it passes here. */
  wrap(socket: ClosableSocket): ClosableSocket {
    return new OutboxSocket(socket, (frame, to) => this.#send(frame, to));
  }

  /** Runs the work at a later turn, when nothing waits to be sent. */
  afterwards(work: () => void): void {
    this.#afterwards.push(work);
    this.#schedule();
  }

  /** Says whether the frame may go at once; it is sent later if not. */
  #send(frame: Frame, socket: OutboxSocket): boolean {
    this.#schedule();
    if (this.#queue.length === 0 && this.#hasRoom()) {
      this.#count(frame);
      return true;
    }
    this.#queue.push({ socket, frame });
    return false;
  }

  /** Whether this turn may send more. */
  #hasRoom(): boolean {
    return this.#sends < turnMax.sends && this.#length < turnMax.length;
  }

  #count(frame: Frame): void {
    this.#sends++;
    this.#length += frame.length;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#nextTurn(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    this.#sends = this.#length = 0;
    while (this.#at < this.#queue.length && this.#hasRoom()) {
      const { socket, frame } = this.#queue[this.#at++]!;
      this.#count(frame);
      socket.sendNow(frame);
    }
    const hasSent = this.#at > 0;
    const isEmpty = this.#at === this.#queue.length;
    if (isEmpty || this.#at >= dropSent) {
      this.#queue.splice(0, this.#at);
      this.#at = 0;
    }
    // What has arrived while this was sent is handled first, so that it leaves with what comes next.
    if (!isEmpty || hasSent) return this.#schedule();
    const works = this.#afterwards;
    this.#afterwards = [];
    for (const work of works) work();
  }
}

class OutboxSocket implements ClosableSocket {
  readonly #socket: ClosableSocket;
  readonly #mayGo: (frame: Frame, socket: OutboxSocket) => boolean;
  #frames = 0;
  #length = 0;
  /** Asked for while frames wait: they go before it. */
  #close: { readonly code: number; readonly reason: string } | null = null;

  constructor(
    socket: ClosableSocket,
    mayGo: (frame: Frame, socket: OutboxSocket) => boolean,
  ) {
    this.#socket = socket;
    this.#mayGo = mayGo;
  }

  get readyState(): number {
    return this.#socket.readyState;
  }

  get bufferedAmount(): number {
    return this.#length + this.#socket.bufferedAmount;
  }

  send(frame: Frame): void {
    if (this.#mayGo(frame, this)) return this.#hand(frame);
    this.#frames++;
    this.#length += frame.length;
  }

  sendNow(frame: Frame): void {
    this.#frames--;
    this.#length -= frame.length;
    this.#hand(frame);
    if (this.#frames === 0 && this.#close !== null) {
      this.close(this.#close.code, this.#close.reason);
    }
  }

  /** A socket that is not open yet, or closing, takes nothing; its end is told elsewhere. */
  #hand(frame: Frame): void {
    try {
      this.#socket.send(frame);
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "InvalidStateError")) throw error;
    }
  }

  close(code: number, reason: string): void {
    if (this.#frames > 0) this.#close = { code, reason };
    else this.#socket.close(code, reason);
  }
}
