/**
 * One socket of the feed, from its first frame to its end. Every refusal is answered with its code
 * and logged once; a socket that earns too many is closed.
 */

import {
  type AccountFrame,
  type ClientFrame,
  type FeedChannel,
  feedChannels,
  feedLimits,
  feedProblems,
} from "../../../shared/contracts/messages/feed.ts";
import type { Clock, EpochMs } from "../../../shared/domain/time.ts";
import { allows, type AuthContext, type Authenticate } from "../../../shared/runtime/auth.ts";
import type { Credential } from "../../../shared/runtime/auth.ts";
import type { Logger } from "../../../shared/runtime/logger.ts";
import { AccountEnds } from "./account_ends.ts";
import type { AccountHub } from "./account_hub.ts";
import type { BarBoard } from "./bar_board.ts";
import type { Encoding, Frame, Seen } from "./channel_board.ts";
import { FeedClient, type FeedSocket } from "./feed_client.ts";
import type { FeedHub, Subscription } from "./feed_hub.ts";
import {
  authenticatedText,
  errorText,
  type FeedRefusal,
  gapText,
  readClientFrame,
  refusal,
  subscribedText,
  tableText,
} from "./frames.ts";
import type { QuoteBoard } from "./quote_board.ts";
import type { SignalBoard } from "./signal_board.ts";
import { refuseSubscribe, refuseUnlisted } from "./subscribe_checks.ts";

/** What a session needs of its surroundings. */
export interface SessionParts {
  readonly channels: FeedChannels;
  readonly accounts: AccountHub;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly authenticate: Authenticate;
  /** Takes a place for the subject's socket, or says that there is none left. */
  readonly admit: (session: FeedSession, subject: string) => boolean;
  readonly refused: (code: FeedRefusal["code"]) => void;
}

export interface ClosableSocket extends FeedSocket {
  close(code: number, reason: string): void;
  readonly readyState: number;
}

/** The hub of each channel. */
export interface FeedChannels {
  readonly quotes: FeedHub<QuoteBoard>;
  readonly bars: FeedHub<BarBoard>;
  readonly signals: FeedHub<SignalBoard>;
}

/** What the client has of one channel. */
interface ChannelEnd {
  readonly channel: FeedChannel;
  readonly client: FeedClient;
  readonly symbols: Subscription["symbols"];
  readonly intervalMs: number;
}

export interface Identity {
  readonly credential: Credential;
  readonly auth: AuthContext;
}

type SymbolsFrame = Exclude<ClientFrame, AccountFrame>;
const isAccountFrame = (frame: ClientFrame): frame is AccountFrame => "accountId" in frame;

export class FeedSession {
  readonly #parts: SessionParts;
  readonly #socket: ClosableSocket;
  readonly #id: string;
  readonly #openedAt: EpochMs;
  readonly #encoding: Encoding;
  readonly #ends = new Map<FeedChannel, ChannelEnd>();
  /** Also carries the heartbeats and the answers to the client's frames. */
  readonly #quotes: ChannelEnd;
  readonly #accounts: AccountEnds;
  #identity: Identity | null = null;
  #ended = false;
  #refusals = 0;
  #frames = { second: 0, count: 0 };
  /** The frame being handled, when its handling waits; later ones wait for it. */
  #busy: Promise<void> | null = null;

  constructor(
    { socket, encoding }: { socket: ClosableSocket; encoding: Encoding },
    id: string,
    parts: SessionParts,
  ) {
    this.#socket = socket;
    this.#encoding = encoding;
    this.#id = id;
    this.#parts = parts;
    this.#openedAt = parts.clock.now();
    this.#quotes = this.#endOf({})!;
    this.#accounts = new AccountEnds({
      hub: parts.accounts,
      socket,
      answer: (text) => this.#answer(text),
      refuse: (refused) => this.refuse(refused),
    });
  }

  get subject(): string | null {
    return this.#identity?.auth.subject ?? null;
  }

  /** Lets the socket in; a place for it must have been taken. */
  open(identity: Identity): void {
    this.#identity = identity;
    this.#change(this.#quotes, this.#quotes.symbols, 0);
    this.#answer(authenticatedText);
    if (this.#encoding === "binary") this.#answer(tableText);
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
    } else if (isAccountFrame(read.frame)) this.#accounts.take(read.frame, this.#identity.auth);
    else if (read.frame.type === "subscribe") this.#subscribe(read.frame);
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

  #subscribe(frame: SymbolsFrame & { type: "subscribe" }): void {
    const end = this.#endOf(frame);
    if (end === null) return;
    const refused = refuseSubscribe(frame, this.#parts.channels[end.channel].board);
    if (refused !== null) return this.refuse(refused);
    const added = frame.symbols === "*" ? null : new Set(frame.symbols);
    const intervalMs = frame.intervalMs ?? end.intervalMs;
    const held = end.symbols;
    const symbols = added === null || held === null ? null : held.union(added);
    const sameInterval = intervalMs === end.intervalMs;
    if (held !== symbols || !sameInterval) this.#change(end, symbols, intervalMs);
    this.#answer(subscribedText(end, frame.id));
    // With another interval some updates may have been on their way: all is told again.
    this.#answerStanding(end, sameInterval ? added : symbols, frame.resume ?? {});
  }

  /** Where the symbols stand; for those that resume, what was missed. */
  #answerStanding(
    { channel, intervalMs }: ChannelEnd,
    symbols: Subscription["symbols"],
    seen: Seen,
  ): void {
    const hub: FeedHub = this.#parts.channels[channel];
    const resumed = Object.keys(seen);
    if (resumed.length === 0) return this.#answer(hub.snapshot(symbols, this.#encoding));
    const { board } = hub;
    const { updates, gaps } = board.missed(seen, intervalMs > 0);
    if (gaps.length > 0) this.#answer(gapText(channel, gaps));
    const complete = new Set(resumed).difference(new Set(gaps));
    const rest = board.standing(symbols).filter(({ symbol }) => !complete.has(symbol));
    this.#answer(board.frame("snapshot", rest, this.#encoding));
    if (updates.length > 0) this.#answer(board.frame("update", updates, this.#encoding));
  }

  #unsubscribe(frame: SymbolsFrame & { type: "unsubscribe" }): void {
    const end = this.#endOf(frame);
    if (end === null) return;
    const { symbols, id } = frame;
    if (symbols === "*") this.#change(end, new Set(), end.intervalMs);
    else {
      const refused = refuseUnlisted(symbols, id);
      if (refused !== null) return this.refuse(refused);
      if (end.symbols === null) {
        const detail = 'The subscription is "*"; unsubscribe "*" first';
        return this.refuse(refusal("invalid_frame", detail, id));
      }
      this.#change(end, end.symbols.difference(new Set(symbols)), end.intervalMs);
    }
    this.#answer(subscribedText(end, id));
  }

  /** The session's end of the channel that a frame names; refuses one that there is not. */
  #endOf({ channel = "quotes", id }: { channel?: string | undefined; id?: string | undefined }) {
    const name = feedChannels.find((one) => one === channel);
    if (name === undefined) {
      const detail = `Name one of ${feedChannels.join(", ")}, account`;
      this.refuse(refusal("unknown_channel", detail, id));
      return null;
    }
    let end = this.#ends.get(name);
    if (end === undefined) {
      const client = new FeedClient(this.#socket);
      end = { channel: name, client, symbols: new Set(), intervalMs: 0 };
      this.#ends.set(name, end);
    }
    return end;
  }

  #change(end: ChannelEnd, symbols: Subscription["symbols"], intervalMs: number): void {
    Object.assign(end, { symbols, intervalMs });
    const subscription = { symbols, intervalMs, encoding: this.#encoding };
    this.#parts.channels[end.channel].subscribe(end.client, subscription);
  }

  /** Whether the client is this session's end of a channel. */
  owns(client: FeedClient): boolean {
    return [...this.#ends.values()].some((end) => end.client === client);
  }

  #answer(frame: Frame): void {
    if (this.#ended) return;
    if (!this.#quotes.client.answer(frame)) {
      this.refuse(refusal("client_stalled", "Read the answers to your own frames"));
    }
  }

  /**
   * Whether the client went away before its socket opened: no event ever tells of that. It had as long
   * as it had for its key.
   */
  neverOpened(now: EpochMs): boolean {
    return this.#socket.readyState === WebSocket.CONNECTING &&
      now - this.#openedAt > feedLimits.authenticateMsMax;
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
    if (auth !== null && allows(auth, "market:read")) return this.#accounts.check(auth);
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
    this.#quotes.client.answer(errorText(refused));
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
    this.#accounts.end();
    for (const { channel, client } of this.#ends.values()) {
      this.#parts.channels[channel].remove(client);
    }
  }
}
