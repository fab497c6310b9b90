/**
 * The feed: every frame of the WebSocket `/v1/feed`, both ways, in JSON text. The AsyncAPI document
 * is generated from these schemas, and the tests read what the edge sends with them. Under the
 * binary protocol `snapshot` and `quotes` take the form of `feed_binary.ts` instead.
 */

import * as v from "valibot";
import { accountsMax, tokenLengthMax } from "../key_limits.ts";
import { liveBar } from "./bars.ts";
import { liveSignal } from "./signals.ts";
import {
  accountSnapshotFrame,
  accountSubscribedFrame,
  accountValuesFrame,
  subscribeAccountFrame,
  transactionsFrame,
  unsubscribeAccountFrame,
} from "./feed_account.ts";
import { count, decimalText, epochMsNumber, requestId } from "./values.ts";

/** Where the feed is, on the edge. */
export const feedPath = "/v1/feed";

/** What one socket may do. Two more limits, sockets per key and in all, are settings of the edge. */
export const feedLimits = {
  /** Bytes of a frame from a client: the longest token, and what an `authenticate` wraps it in. */
  frameBytesMax: tokenLengthMax + 2_048,
  /** Frames a client may send in a second. */
  framesPerSecondMax: 20,
  /** Refused frames after which the socket is closed. */
  refusalsMax: 10,
  /** Symbols one `subscribe` or `unsubscribe` may name. */
  symbolsPerFrameMax: 100,
  /** Accounts one socket may follow. */
  accountsMax,
  /** Transactions of one frame. */
  transactionsPerFrameMax: 100,
  /** How often what an account is worth is told at most, in milliseconds. */
  accountValuesMs: 500,
  /** How long a socket may stay without a key, in milliseconds. */
  authenticateMsMax: 5_000,
  /** How often the edge proves that it is alive, in milliseconds. */
  heartbeatMs: 1_000,
  /**
   * Bytes waiting for a slow client, beyond which it gets the newest price of each symbol only, and
   * no transaction until it reads.
   */
  bufferedBytesMax: 65_536,
  /** How long a client may read nothing while bytes wait for it, in milliseconds. */
  stalledMsMax: 15_000,
} as const;

/** Channels of symbols; `quotes` where a frame names none. The other is `account`. */
export const feedChannels = ["quotes", "bars", "signals"] as const;
export type FeedChannel = (typeof feedChannels)[number];

/**
 * How often a client may ask to be told, in milliseconds; 0 is every update. The turns are counted
 * from 1970, so every client of an interval gets the same frame at the same moment.
 */
export const feedIntervalsMs: readonly number[] = [0, 100, 250, 500, 1_000];

/**
 * What an edge keeps for clients that come back. They resume by what every edge shares, the sequences
 * of quotes and signals and the open times of bars: a client may come back to another copy than it
 * left.
 */
export const resumeLimits = {
  quotesPerSymbol: 256,
  /** Of each side: a little over an hour. */
  barsPerSymbol: 64,
  signalsPerSymbol: 256,
  /** Missed quotes, bars or signals that one answer may hold; symbols beyond get a gap. */
  updatesPerAnswer: 1_000,
} as const;

interface FeedProblem {
  readonly title: string;
  /** WebSocket close code that follows the error frame; `null` leaves the socket open. */
  readonly closeCode: 1001 | 1003 | 1008 | 1009 | null;
}

const problem = (title: string, closeCode: FeedProblem["closeCode"]): FeedProblem => ({
  title,
  closeCode,
});

/** Every refusal of the feed. Codes shared with the HTTP catalogue mean the same there. */
export const feedProblems = {
  key_missing: problem("No key or token came in the header or the first frame in time", 1008),
  key_invalid: problem("The key or token is not valid, or no longer", 1008),
  permission_denied: problem("The key lacks the permission market:read", 1008),
  too_many_sockets: problem("The key has as many sockets as it may", 1008),
  already_authenticated: problem("The socket is authenticated already", null),
  malformed_frame: problem("The frame is not a JSON object", null),
  unknown_frame: problem("The frame's type is not one the edge takes", null),
  invalid_frame: problem("The frame does not fit the schema of its type", null),
  unknown_symbol: problem("A symbol is not traded here; the frame changed nothing", null),
  unknown_channel: problem("The feed has no such channel; the frame changed nothing", null),
  interval_not_offered: problem("The interval is not offered; the frame changed nothing", null),
  resume_ahead: problem(
    "A sequence or transaction to resume from is beyond the newest; the frame changed nothing",
    null,
  ),
  too_many_subscriptions: problem(
    `A frame names more than ${feedLimits.symbolsPerFrameMax} symbols, or the socket follows ` +
      `${feedLimits.accountsMax} accounts; the frame changed nothing`,
    null,
  ),
  account_denied: problem(
    "The key lacks the permission trade:read, or does not reach the account",
    null,
  ),
  account_unknown: problem("There is no such account; the frame changed nothing", null),
  too_many_refusals: problem(
    `More than ${feedLimits.refusalsMax} frames of the socket were refused`,
    1008,
  ),
  too_many_frames: problem(
    `More than ${feedLimits.framesPerSecondMax} frames came within a second`,
    1008,
  ),
  frame_too_large: problem(`A frame has more than ${feedLimits.frameBytesMax} bytes`, 1009),
  binary_not_supported: problem("The feed takes text frames only", 1003),
  client_stalled: problem(
    `The client has read nothing for ${feedLimits.stalledMsMax / 1000} seconds`,
    1008,
  ),
  draining: problem("This edge is going away; connect again", 1001),
} as const satisfies Record<string, FeedProblem>;

export type FeedProblemCode = keyof typeof feedProblems;
export const feedProblemCodes = Object.keys(feedProblems) as FeedProblemCode[];

const channelName = v.pipe(
  v.string(),
  v.maxLength(32),
  v.description(`One of ${feedChannels.join(", ")}; left out, quotes`),
);
/** Longer lists than the limit are refused by the feed itself, with a code that says so. */
const symbolList = v.union([
  v.literal("*"),
  v.pipe(v.array(v.pipe(v.string(), v.maxLength(16))), v.minLength(1)),
]);

// ---------- from the client

export const authenticateFrame = v.pipe(
  v.strictObject({
    type: v.literal("authenticate"),
    key: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(256))),
    token: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(tokenLengthMax))),
  }),
  v.description("First frame of a client that cannot send headers; exactly one of key and token"),
);

export const subscribeFrame = v.pipe(
  v.strictObject({
    type: v.literal("subscribe"),
    channel: v.optional(channelName),
    symbols: symbolList,
    intervalMs: v.optional(
      v.pipe(
        count,
        v.description(
          `Newest per interval, for all symbols of the channel: one of ${
            feedIntervalsMs.join(", ")
          }` +
            "; 0 is every update. Left out, it stays as it is; 0 at first",
        ),
      ),
    ),
    resume: v.optional(
      v.pipe(
        v.record(v.pipe(v.string(), v.maxLength(16)), count),
        v.description(
          "Of symbols of this frame: the last sequence seen, or of bars the latest open time",
        ),
      ),
    ),
    id: v.optional(requestId),
  }),
  v.description('Adds symbols; "*" means all, now and later'),
);

export const unsubscribeFrame = v.pipe(
  v.strictObject({
    type: v.literal("unsubscribe"),
    channel: v.optional(channelName),
    symbols: symbolList,
    id: v.optional(requestId),
  }),
  v.description('Takes symbols away; "*" means all of them'),
);

/** Frames with the channel `account` have a form of their own: see `feed_account.ts`. */
export const symbolsFrame = v.variant("type", [
  authenticateFrame,
  subscribeFrame,
  unsubscribeFrame,
]);
export const accountFrame = v.variant("type", [subscribeAccountFrame, unsubscribeAccountFrame]);
export type AccountFrame = v.InferOutput<typeof accountFrame>;
export const clientFrame = v.union([symbolsFrame, accountFrame]);
export type ClientFrame = v.InferOutput<typeof clientFrame>;

// ---------- from the edge

export const feedQuote = v.pipe(
  v.strictObject({
    symbol: v.string(),
    bid: decimalText,
    ask: decimalText,
    time: v.pipe(epochMsNumber, v.description("The venue's time, milliseconds since 1970")),
    receivedTime: v.pipe(epochMsNumber, v.description("When the platform had it")),
    sequence: v.pipe(count, v.description("Rises with every quote of the symbol")),
    status: v.pipe(
      v.picklist(["live", "quiet", "stale", "closed"]),
      v.description("Orders are refused against stale and closed"),
    ),
  }),
  v.description("A price; sent again, same sequence, when only its status changes"),
);
export type FeedQuote = v.InferOutput<typeof feedQuote>;

export const authenticatedFrame = v.pipe(
  v.strictObject({ type: v.literal("authenticated") }),
  v.description("Answers `authenticate`, or a key in the header"),
);

export const subscribedFrame = v.pipe(
  v.strictObject({
    type: v.literal("subscribed"),
    id: v.optional(requestId),
    channel: v.picklist(feedChannels),
    symbols: v.union([v.literal("*"), v.array(v.string())]),
    intervalMs: v.pipe(count, v.description("0: every update")),
  }),
  v.description("Answers `subscribe` and `unsubscribe`: the subscription as it now stands"),
);

export const snapshotFrame = v.pipe(
  v.strictObject({ type: v.literal("snapshot"), quotes: v.array(feedQuote) }),
  v.description(
    "Follows `subscribed` of quotes: the newest of each symbol that was added and not resumed",
  ),
);

export const gapFrame = v.pipe(
  v.strictObject({
    type: v.literal("gap"),
    channel: v.picklist(feedChannels),
    symbols: v.array(v.string()),
  }),
  v.description(
    "Stands before the snapshot when a client resumes: of these symbols quotes, bars or signals are " +
      "missing that are not kept any more; the snapshot has their newest",
  ),
);

export const quotesFrame = v.pipe(
  v.strictObject({ type: v.literal("quotes"), quotes: v.array(feedQuote) }),
  v.description(
    "Every quote since the last frame, in order for each symbol; with an interval, or when a slow " +
      "client catches up, the newest of each symbol that changed. What a resumed client missed too",
  ),
);

export const barsFrame = v.pipe(
  v.strictObject({
    type: v.literal("bars"),
    snapshot: v.pipe(
      v.boolean(),
      v.description("Whether it answers `subscribe`, with the latest bar of each side"),
    ),
    bars: v.array(liveBar),
  }),
  v.description(
    "Bars that grew, ended or were corrected since the last frame. What a resumed client missed " +
      "too, and every late correction that is kept",
  ),
);

export const signalsFrame = v.pipe(
  v.strictObject({
    type: v.literal("signals"),
    snapshot: v.pipe(
      v.boolean(),
      v.description("Whether it answers `subscribe`, with the newest that stands of each study"),
    ),
    signals: v.array(liveSignal),
  }),
  v.description(
    "Signals that were raised or withdrawn since the last frame, and what a resumed client missed",
  ),
);

export const tableFrame = v.pipe(
  v.strictObject({
    type: v.literal("table"),
    instruments: v.array(
      v.strictObject({ index: count, symbol: v.string(), pricePrecision: count }),
    ),
  }),
  v.description(
    "Follows `authenticated` under the binary protocol: what the records' indexes mean",
  ),
);

export const heartbeatFrame = v.pipe(
  v.strictObject({ type: v.literal("heartbeat"), time: epochMsNumber }),
  v.description("Each second, with the edge's time: two missed mean the connection is dead"),
);

export const errorFrame = v.pipe(
  v.strictObject({
    type: v.literal("error"),
    code: v.picklist(feedProblemCodes),
    detail: v.string(),
    id: v.optional(requestId),
  }),
  v.description("A refusal; some are followed by the close of the socket"),
);

export const serverFrame = v.variant("type", [
  authenticatedFrame,
  tableFrame,
  v.variant("channel", [subscribedFrame, accountSubscribedFrame]),
  gapFrame,
  snapshotFrame,
  quotesFrame,
  barsFrame,
  signalsFrame,
  accountSnapshotFrame,
  transactionsFrame,
  accountValuesFrame,
  heartbeatFrame,
  errorFrame,
]);
export type ServerFrame = v.InferOutput<typeof serverFrame>;
