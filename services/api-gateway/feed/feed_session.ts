/**
 * One socket of the feed, from its first frame to its end. Every refusal is answered with its code
 * and logged once; a socket that earns too many is closed.
 */

import {
  type ClientFrame,
  feedLimits,
  feedProblems,
} from "../../../shared/contracts/messages/feed.ts";
import { findInstrument } from "../../../shared/domain/instruments.ts";
import type { Clock, EpochMs } from "../../../shared/domain/time.ts";
import { allows, type AuthContext, type Authenticate } from "../../../shared/runtime/auth.ts";
import type { Credential } from "../../../shared/runtime/auth.ts";
import type { Logger } from "../../../shared/runtime/logger.ts";
import { FeedClient, type FeedSocket } from "./feed_client.ts";
import type { FeedHub, Subscription } from "./feed_hub.ts";
import {
  authenticatedText,
  errorText,
  type FeedRefusal,
  readClientFrame,
  refusal,
  subscribedText,
} from "./frames.ts";

/** What a session needs of its surroundings. */
export interface SessionParts {
  readonly hub: FeedHub;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly authenticate: Authenticate;
  /** Takes a place for the subject's socket, or says that there is none left. */
  readonly admit: (session: FeedSession, subject: string) => boolean;
  readonly refused: (code: FeedRefusal["code"]) => void;
}

export interface ClosableSocket extends FeedSocket {
  close(code: number, reason: string): void;
}

export interface Identity {
  readonly credential: Credential;
  readonly auth: AuthContext;
}

export class FeedSession {
  readonly client: FeedClient;
  readonly #parts: SessionParts;
  readonly #socket: ClosableSocket;
  readonly #id: string;
  readonly #openedAt: EpochMs;
  #identity: Identity | null = null;
  #symbols: Subscription = new Set();
  #ended = false;
  #refusals = 0;
  #frames = { second: 0, count: 0 };
  /** The frame being handled, when its handling waits; later ones wait for it. */
  #busy: Promise<void> | null = null;

  constructor(socket: ClosableSocket, id: string, parts: SessionParts) {
    this.#socket = socket;
    this.#id = id;
    this.#parts = parts;
    this.#openedAt = parts.clock.now();
    this.client = new FeedClient(socket);
  }

  get subject(): string | null {
    return this.#identity?.auth.subject ?? null;
  }

  /** Lets the socket in; a place for it must have been taken. */
  open(identity: Identity): void {
    this.#identity = identity;
    this.#parts.hub.subscribe(this.client, this.#symbols);
    this.#answer(authenticatedText);
  }

  receive(data: unknown): void {
    if (this.#ended || !this.#countFrame()) return;
    if (this.#busy === null) this.#handle(data);
    else this.#wait(this.#busy.then(() => this.#handle(data)));
  }

  #countFrame(): boolean {
    const second = Math.floor(this.#parts.clock.now() / 1000);
    if (this.#frames.second !== second) this.#frames = { second, count: 0 };
    if (++this.#frames.count <= feedLimits.framesPerSecondMax) return true;
    this.refuse(refusal("too_many_frames", "Name several symbols in one frame"));
    return false;
  }

  #handle(data: unknown): void {
    if (this.#ended) return;
    const read = readClientFrame(data);
    if ("refused" in read) this.refuse(read.refused);
    else if (read.frame.type === "authenticate") this.#authenticate(read.frame);
    else if (this.#identity === null) {
      this.refuse(refusal("key_missing", "Send an authenticate frame first", read.frame.id));
    } else if (read.frame.type === "subscribe") this.#subscribe(read.frame);
    else this.#unsubscribe(read.frame);
  }

  #authenticate(frame: ClientFrame & { type: "authenticate" }): void {
    if (this.#identity !== null) {
      return this.refuse(refusal("already_authenticated", "Open another socket for another key"));
    }
    const value = frame.key ?? frame.token;
    if (value === undefined || (frame.key !== undefined && frame.token !== undefined)) {
      return this.refuse(refusal("invalid_frame", "Send exactly one of key and token"));
    }
    const credential: Credential = frame.key === undefined
      ? { kind: "token", value }
      : { kind: "api_key", value };
    const found = this.#parts.authenticate(credential);
    if (!(found instanceof Promise)) return this.#identified(credential, found);
    this.#wait(found.catch(() => null).then((auth) => this.#identified(credential, auth)));
  }

  #wait(work: Promise<void>): void {
    const done = work.finally(() => {
      if (this.#busy === done) this.#busy = null;
    });
    this.#busy = done;
  }

  #identified(credential: Credential, auth: AuthContext | null): void {
    if (this.#ended) return;
    if (auth === null) {
      return this.refuse(refusal("key_invalid", "Check it, or get a new one"));
    }
    if (!allows(auth, "market:read")) {
      return this.refuse(refusal("permission_denied", "Use a key with market:read"));
    }
    if (!this.#parts.admit(this, auth.subject)) {
      return this.refuse(refusal("too_many_sockets", "Close one of the key's sockets first"));
    }
    this.open({ credential, auth });
  }

  #subscribe({ symbols, id }: ClientFrame & { type: "subscribe" }): void {
    const { hub } = this.#parts;
    if (symbols === "*") {
      if (this.#symbols !== null) this.#change(null);
      this.#answer(subscribedText(null, id));
      return this.#answer(hub.snapshot(null));
    }
    if (!this.#listed(symbols, id)) return;
    const held = this.#symbols;
    const added = new Set(symbols);
    if (held !== null) this.#change(held.union(added));
    this.#answer(subscribedText(this.#symbols, id));
    this.#answer(hub.snapshot(added));
  }

  #unsubscribe({ symbols, id }: ClientFrame & { type: "unsubscribe" }): void {
    if (symbols === "*") this.#change(new Set());
    else {
      if (!this.#listed(symbols, id)) return;
      if (this.#symbols === null) {
        const detail = 'The subscription is "*"; unsubscribe "*" first';
        return this.refuse(refusal("invalid_frame", detail, id));
      }
      this.#change(this.#symbols.difference(new Set(symbols)));
    }
    this.#answer(subscribedText(this.#symbols, id));
  }

  #listed(symbols: readonly string[], id: string | undefined): boolean {
    const unknown = symbols.find((symbol) => findInstrument(symbol) === undefined);
    if (unknown === undefined) return true;
    this.refuse(refusal("unknown_symbol", `Take ${unknown} out; see GET /v1/instruments`, id));
    return false;
  }

  #change(symbols: Subscription): void {
    this.#symbols = symbols;
    this.#parts.hub.subscribe(this.client, symbols);
  }

  #answer(text: string): void {
    if (this.#ended) return;
    if (!this.client.answer(text)) {
      this.refuse(refusal("client_stalled", "Read the answers to your own frames"));
    }
  }

  /** Once a second: the key must still be good, and must have come by now. */
  check(now: EpochMs): void | Promise<void> {
    if (this.#ended) return;
    if (this.#identity === null) {
      if (now - this.#openedAt > feedLimits.authenticateMsMax) {
        this.refuse(refusal("key_missing", "Send an authenticate frame first"));
      }
      return;
    }
    const found = this.#parts.authenticate(this.#identity.credential);
    if (found instanceof Promise) {
      // A check that fails says nothing about the key; the next one will.
      return found.then((auth) => this.#stillAllowed(auth), () => {});
    }
    this.#stillAllowed(found);
  }

  #stillAllowed(auth: AuthContext | null): void {
    if (auth !== null && allows(auth, "market:read")) return;
    this.refuse(refusal("key_invalid", "It was deleted or has expired"));
  }

  /** Answers and logs a refusal, and closes the socket where the code says so. */
  refuse(refused: FeedRefusal): void {
    if (this.#ended) return;
    const { logger, refused: count } = this.#parts;
    const { code, detail } = refused;
    if (code !== "draining") {
      logger.info({ socket: this.#id, subject: this.subject, code, detail }, "feed refusal");
    }
    count(code);
    const { closeCode } = feedProblems[code];
    this.client.answer(errorText(refused));
    if (closeCode !== null) return this.#close(closeCode, code);
    if (++this.#refusals > feedLimits.refusalsMax) {
      this.refuse(refusal("too_many_refusals", "Read the error frames"));
    }
  }

  #close(code: number, reason: string): void {
    this.end();
    this.#socket.close(code, reason);
  }

  /** Takes the socket out of the feed; safe to call again. */
  end(): void {
    this.#ended = true;
    this.#parts.hub.remove(this.client);
  }
}
