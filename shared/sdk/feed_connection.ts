/** One connection to the feed, from its socket's opening to its loss. It is never used again. */

import { QuoteDecoder } from "./feed_binary.ts";
import type { FeedSocket } from "./feed_socket.ts";
import { type ClientFrame, type ErrorFrame, readServerFrame } from "./feed_frames.ts";
import type { ServerFrame } from "./feed_frames.ts";

/** Time between two frames, in milliseconds: the edge closes sockets that send over 20 a second. */
const paceMs = 60;
/** A connection is dead after this many quiet half heartbeats: two were missed, and some jitter. */
const quietTicksMax = 4;
/** Refusals of the key itself: the same key would be refused again. */
const keyProblems: readonly string[] = ["key_missing", "key_invalid", "permission_denied"];

export interface ConnectionOptions {
  /** API key or token. */
  readonly credential: string;
  readonly heartbeatMs: number;
  /** How long opening and authenticating may take, in milliseconds. */
  readonly connectMsMax: number;
  /** The edge has accepted the key. */
  ready(): void;
  frame(frame: ServerFrame): void;
  /** The connection is lost, told once. `refusal` when the edge refused the key. */
  lost(reason: string, refusal: ErrorFrame | null): void;
}

export class FeedConnection {
  readonly #socket: FeedSocket;
  readonly #options: ConnectionOptions;
  readonly #watch: ReturnType<typeof setInterval>;
  #pace: ReturnType<typeof setTimeout> | undefined;
  #queue: ClientFrame[] = [];
  #decoder: QuoteDecoder | null = null;
  #ready = false;
  #ended = false;
  #quietTicks = 0;
  #lastError: ErrorFrame | null = null;

  constructor(socket: FeedSocket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#watch = setInterval(() => this.#tick(), options.heartbeatMs / 2);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#authenticate();
    socket.onmessage = (event) => this.#read(event.data);
    socket.onerror = (event) => this.#lose(event?.message || "the connection failed");
    socket.onclose = () => this.#lose(this.#lastError?.detail ?? "the edge closed the connection");
  }

  /** Sends a frame after those before it, not faster than the edge takes them. */
  send(frame: ClientFrame): void {
    this.#queue.push(frame);
    if (this.#pace === undefined) this.#sendNext();
  }

  /** Closes without a word to the owner. */
  drop(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#watch);
    clearTimeout(this.#pace);
    this.#queue = [];
    try {
      this.#socket.close(1000);
    } catch {
      // Some sockets refuse to be closed before they open; they are forgotten all the same.
    }
  }

  #authenticate(): void {
    const credential = this.#options.credential;
    const isKey = credential.startsWith("sw_");
    this.send({ type: "authenticate", ...(isKey ? { key: credential } : { token: credential }) });
  }

  #sendNext(): void {
    this.#pace = undefined;
    const frame = this.#queue.shift();
    if (frame === undefined || this.#ended) return;
    this.#pace = setTimeout(() => this.#sendNext(), paceMs);
    this.#socket.send(JSON.stringify(frame));
  }

  #read(data: unknown): void {
    if (this.#ended) return;
    this.#quietTicks = 0;
    let frame: ServerFrame | null;
    try {
      frame = data instanceof ArrayBuffer ? this.#decode(data) : readServerFrame(data);
    } catch {
      return this.#lose("the edge sent a frame that cannot be read");
    }
    if (frame === null) return;
    if (frame.type === "table") this.#decoder = new QuoteDecoder(frame);
    else if (frame.type === "authenticated") {
      this.#ready = true;
      this.#options.ready();
    } else if (frame.type === "error") {
      this.#lastError = frame;
      if (!this.#ready && keyProblems.includes(frame.code)) this.#lose(frame.detail, frame);
      else this.#options.frame(frame);
    } else {
      this.#options.frame(frame);
    }
  }

  #decode(data: ArrayBuffer): ServerFrame | null {
    if (this.#decoder === null) throw new TypeError("Cannot read the frame: no table came yet");
    return this.#decoder.read(data);
  }

  #tick(): void {
    const { heartbeatMs, connectMsMax } = this.#options;
    this.#quietTicks += 1;
    if (this.#ready && this.#quietTicks > quietTicksMax) {
      this.#lose("two heartbeats are missing");
    } else if (!this.#ready && this.#quietTicks * heartbeatMs / 2 >= connectMsMax) {
      this.#lose(`no connection within ${connectMsMax} ms`);
    }
  }

  #lose(reason: string, refusal: ErrorFrame | null = null): void {
    if (this.#ended) return;
    this.drop();
    this.#options.lost(reason, refusal);
  }
}
