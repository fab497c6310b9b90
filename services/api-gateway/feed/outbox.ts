/**
 * Sends what the sockets of the feed are given, in the order given, some of it at each turn of the
 * event loop. The runtime copies a frame for each socket and writes it between turns: of thousands of
 * copies made at once the first has left the processor's caches before it is written, and all that
 * arrives meanwhile, an order among it, waits for the last. A few sends at a time cost a quarter less.
 */

import type { Frame } from "./channel_board.ts";
import type { ClosableSocket } from "./feed_session.ts";

/** Sends of one turn. */
const sendsPerTurn = 64;
/** What is sent is dropped from the queue's front in lots of this many. */
const dropSent = 4_096;

export class Outbox {
  readonly #nextTurn: (run: () => void) => void;
  #left = sendsPerTurn;
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
    if (this.#left > 0 && this.#queue.length === 0) {
      this.#left--;
      return true;
    }
    this.#queue.push({ socket, frame });
    return false;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#nextTurn(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    this.#left = sendsPerTurn;
    while (this.#left > 0 && this.#at < this.#queue.length) {
      this.#left--;
      const { socket, frame } = this.#queue[this.#at++]!;
      socket.sendNow(frame);
    }
    const isEmpty = this.#at === this.#queue.length;
    if (isEmpty || this.#at >= dropSent) {
      this.#queue.splice(0, this.#at);
      this.#at = 0;
    }
    if (!isEmpty) return this.#schedule();
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

  get bufferedAmount(): number {
    return this.#length + this.#socket.bufferedAmount;
  }

  send(frame: Frame): void {
    if (this.#mayGo(frame, this)) return this.#socket.send(frame);
    this.#frames++;
    this.#length += frame.length;
  }

  sendNow(frame: Frame): void {
    this.#frames--;
    this.#length -= frame.length;
    this.#socket.send(frame);
    if (this.#frames === 0 && this.#close !== null) {
      this.close(this.#close.code, this.#close.reason);
    }
  }

  close(code: number, reason: string): void {
    if (this.#frames > 0) this.#close = { code, reason };
    else this.#socket.close(code, reason);
  }
}
