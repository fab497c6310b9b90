/** All sockets of this edge: lets them in, keeps their number bounded, and runs their clockwork. */

import { feedLimits, feedProblemCodes } from "../../../shared/contracts/messages/feed.ts";
import type { Clock } from "../../../shared/domain/time.ts";
import type { Authenticate } from "../../../shared/runtime/auth.ts";
import type { Logger } from "../../../shared/runtime/logger.ts";
import type { Metrics } from "../../../shared/runtime/metrics.ts";
import { type IdSource, pause } from "../../../shared/runtime/time.ts";
import type { AccountHub } from "./account_hub.ts";
import type { Encoding } from "./channel_board.ts";
import type { FeedHub, FeedTotals } from "./feed_hub.ts";
import {
  type FeedChannels,
  FeedSession,
  type Identity,
  type SessionParts,
} from "./feed_session.ts";
import { refusal } from "./frames.ts";
import type { Outbox } from "./outbox.ts";

/** How often intervals and clients that were behind are looked at; divides every interval. */
const catchUpMs = 25;
/** How often statuses are looked at: a dead venue is told well within a heartbeat. */
const refreshMs = 250;

export interface FeedServerParts {
  readonly channels: FeedChannels;
  readonly accounts: AccountHub;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly authenticate: Authenticate;
  readonly socketsPerKey: number;
  /** Sockets of all keys, those not authenticated yet included. */
  readonly socketsMax: number;
}

export class FeedServer {
  readonly #parts: FeedServerParts;
  readonly #sessionParts: SessionParts;
  /** Also those whose close has been asked for and has not happened yet. */
  readonly #sessions = new Set<FeedSession>();
  readonly #socketsOf = new Map<string, number>();
  readonly #placeOf = new Map<FeedSession, string>();

  constructor(parts: FeedServerParts) {
    this.#parts = parts;
    const { channels, accounts, clock, logger, metrics, authenticate } = parts;
    const refusals = metrics.counter("spotwire_feed_refusals_total", "Refused frames, by code", [
      "code",
    ]);
    for (const code of feedProblemCodes) refusals.inc({ code }, 0);
    addGauges(metrics, parts, () => this.#sessions.size);
    this.#sessionParts = {
      channels,
      accounts,
      clock,
      logger,
      authenticate,
      admit: (session, subject) => this.#takePlace(session, subject),
      refused: (code) => refusals.inc({ code }),
    };
  }

  /** Of the quotes, what has been sent since the start. */
  get totals(): Readonly<FeedTotals> {
    return this.#parts.channels.quotes.totals;
  }

  /** Whether one more socket of the subject (`null`: not known yet) may be opened. */
  hasRoom(subject: string | null): boolean {
    const { socketsMax, socketsPerKey } = this.#parts;
    if (this.#sessions.size >= socketsMax) return false;
    return subject === null || (this.#socketsOf.get(subject) ?? 0) < socketsPerKey;
  }

  /** Takes over a socket that is being opened; without an identity its first frame must bring one. */
  accept(socket: WebSocket, identity: Identity | null, encoding: Encoding): void {
    const id = this.#parts.ids.next();
    const wrapped = this.#parts.outbox.wrap(socket);
    const session = new FeedSession({ socket: wrapped, encoding }, id, this.#sessionParts);
    this.#sessions.add(session);
    if (identity !== null) this.#takePlace(session, identity.auth.subject);
    socket.onopen = () => {
      if (identity !== null) session.open(identity);
    };
    socket.onmessage = (event) => session.receive(event.data);
    // A broken frame or connection; the close follows.
    socket.onerror = (event) => {
      const detail = event instanceof ErrorEvent ? event.message : "unknown";
      this.#parts.logger.info({ subject: session.subject, detail }, "feed socket failed");
    };
    socket.onclose = () => this.#remove(session);
  }

  #takePlace(session: FeedSession, subject: string): boolean {
    const taken = this.#socketsOf.get(subject) ?? 0;
    if (taken >= this.#parts.socketsPerKey) return false;
    this.#socketsOf.set(subject, taken + 1);
    this.#placeOf.set(session, subject);
    return true;
  }

  #remove(session: FeedSession): void {
    session.end();
    this.#sessions.delete(session);
    const subject = this.#placeOf.get(session);
    if (subject === undefined) return;
    this.#placeOf.delete(session);
    const left = this.#socketsOf.get(subject)! - 1;
    if (left === 0) this.#socketsOf.delete(subject);
    else this.#socketsOf.set(subject, left);
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { channels, accounts, clock } = this.#parts;
    const hubs: readonly FeedHub[] = Object.values(channels);
    let beatAt = clock.now() + feedLimits.heartbeatMs;
    let refreshAt = 0;
    while (!signal.aborted) {
      await pause(catchUpMs - clock.now() % catchUpMs, signal);
      for (const hub of hubs) hub.turn();
      accounts.turn();
      this.#closeStalled();
      const now = clock.now();
      if (now >= refreshAt) {
        refreshAt = now + refreshMs;
        channels.quotes.refresh();
      }
      if (now < beatAt) continue;
      beatAt = Math.max(beatAt + feedLimits.heartbeatMs, now);
      channels.quotes.beat();
      for (const session of this.#sessions) {
        if (session.neverOpened(now)) this.#remove(session);
        else void session.check(now);
      }
    }
  }

  #closeStalled(): void {
    const hubs: readonly FeedHub[] = Object.values(this.#parts.channels);
    const stalled = hubs.flatMap((hub) => hub.catchUp());
    if (stalled.length === 0) return;
    for (const session of this.#sessions) {
      if (stalled.some((client) => session.owns(client))) {
        session.refuse(refusal("client_stalled", "Read faster, or subscribe to less"));
      }
    }
  }

  /** Tells every client to go elsewhere, and closes its socket. */
  drain(): void {
    for (const session of this.#sessions) {
      session.refuse(refusal("draining", "Another edge will answer"));
    }
  }
}

function addGauges(
  metrics: Metrics,
  { channels: { quotes: hub }, accounts }: Pick<FeedServerParts, "channels" | "accounts">,
  sockets: () => number,
): void {
  const gauge = (name: string, help: string, value: () => number) =>
    metrics.gauge(name, help, {
      collect() {
        this.set(value());
      },
    });
  gauge("spotwire_feed_sockets", "Open sockets", sockets);
  gauge("spotwire_feed_quotes_unfit", "Quotes no frame can hold", () => hub.board.unfit);
  gauge("spotwire_feed_quotes_sent", "Quotes sent since the start", () => hub.totals.quotesSent);
  gauge("spotwire_feed_frames_sent", "Frames sent since the start", () => hub.totals.framesSent);
  gauge(
    "spotwire_feed_frames_conflated",
    "Frames that slow clients got the sum of, later, since the start",
    () => hub.totals.framesConflated,
  );
  gauge("spotwire_feed_accounts", "Accounts that clients follow", () => accounts.size);
  gauge(
    "spotwire_feed_transactions_sent",
    "Transactions sent since the start",
    () => accounts.sent,
  );
}
