/**
 * Frames of the quote feed, as this client sends and reads them. Written out here so that the
 * package needs no schema library; a test proves that they agree with the platform's own schemas.
 */

import type {
  AccountFrame,
  AccountSnapshotFrame,
  AccountSubscribedFrame,
  AccountValuesFrame,
  TransactionsFrame,
} from "./account_frames.ts";

/** Where the feed is, on the edge. */
export const feedPath = "/v1/feed";
/** Symbols one frame may name. */
export const symbolsPerFrameMax = 100;

/** A price. `bid` and `ask` are decimal text; the times are milliseconds since 1970. */
export interface FeedQuote {
  symbol: string;
  bid: string;
  ask: string;
  /** The venue's time. */
  time: number;
  /** When the platform had it. */
  receivedTime: number;
  /** Rises with every quote of the symbol; the same again when only the status changed. */
  sequence: number;
  /** Orders are refused against `stale` and `closed`. */
  status: "live" | "quiet" | "stale" | "closed";
}

export type FeedProblemCode =
  | "key_missing"
  | "key_invalid"
  | "permission_denied"
  | "too_many_sockets"
  | "already_authenticated"
  | "malformed_frame"
  | "unknown_frame"
  | "invalid_frame"
  | "unknown_symbol"
  | "unknown_channel"
  | "interval_not_offered"
  | "resume_ahead"
  | "too_many_subscriptions"
  | "account_denied"
  | "account_unknown"
  | "too_many_refusals"
  | "too_many_frames"
  | "frame_too_large"
  | "binary_not_supported"
  | "client_stalled"
  | "draining";

/** Channels of symbols. */
export type FeedChannel = "quotes" | "bars" | "signals";

/** A one-minute bar of one side. Prices are decimal text. */
export interface LiveBar {
  symbol: string;
  side: "bid" | "ask" | "mid";
  granularity: "M1";
  /** Start of the minute, milliseconds since 1970. */
  openTime: number;
  open: string;
  high: string;
  low: string;
  close: string;
  /** Quotes inside. */
  ticks: number;
  /** The minute is not over; it is; or a late tick changed it afterwards. */
  state: "partial" | "final" | "corrected";
  /** Of one open time, the highest is the truth. */
  version: number;
}

/** What a study found at the close of a bar: which way, never how much. `price` is decimal text. */
export interface LiveSignal {
  symbol: string;
  study: "averages_cross" | "range_break" | "rsi_turn";
  /** Of the bars that were studied. */
  granularity: "M1" | "M5" | "M15";
  /** End of the bar it stands on, milliseconds since 1970. */
  time: number;
  direction: "up" | "down";
  /** The middle price at the bar's close. */
  price: string;
  /** `withdrawn`: a late quote has corrected the bars, and they say it no longer. */
  state: "raised" | "withdrawn";
  /** Rises with everything told of the symbol. */
  sequence: number;
}

/** Symbols of a subscription; `"*"` means all, now and later. */
export type FeedSymbols = "*" | string[];

export interface AuthenticateFrame {
  type: "authenticate";
  key?: string | undefined;
  token?: string | undefined;
}
export interface SubscribeFrame {
  type: "subscribe";
  channel?: string | undefined;
  symbols: FeedSymbols;
  /** Newest per interval; 0 for every update. */
  intervalMs?: number | undefined;
  /** Of symbols of this frame: the last sequence seen, or of bars the latest open time. */
  resume?: { [symbol: string]: number } | undefined;
  id?: string | undefined;
}
export interface UnsubscribeFrame {
  type: "unsubscribe";
  channel?: string | undefined;
  symbols: FeedSymbols;
  id?: string | undefined;
}
export type ClientFrame = AuthenticateFrame | SubscribeFrame | UnsubscribeFrame | AccountFrame;

export interface AuthenticatedFrame {
  type: "authenticated";
}
/** The subscription as it now stands. */
export interface SubscribedFrame {
  type: "subscribed";
  id?: string | undefined;
  channel: FeedChannel;
  symbols: FeedSymbols;
  intervalMs: number;
}
/** What the indexes of binary records mean, on one connection. */
export interface TableFrame {
  type: "table";
  instruments: { index: number; symbol: string; pricePrecision: number }[];
}
/** Quotes, bars or signals of these symbols were missed and are not kept any more; a snapshot follows. */
export interface GapFrame {
  type: "gap";
  channel: FeedChannel;
  symbols: string[];
}
/** The newest quote of each symbol that was added and not resumed. */
export interface SnapshotFrame {
  type: "snapshot";
  quotes: FeedQuote[];
}
/** In order for each symbol. */
export interface QuotesFrame {
  type: "quotes";
  quotes: FeedQuote[];
}
/** Bars that grew, ended or were corrected; `snapshot` when they answer a subscription. */
export interface BarsFrame {
  type: "bars";
  snapshot: boolean;
  bars: LiveBar[];
}
/** Signals raised or withdrawn; `snapshot` when they answer a subscription: the newest of each study. */
export interface SignalsFrame {
  type: "signals";
  snapshot: boolean;
  signals: LiveSignal[];
}
export interface HeartbeatFrame {
  type: "heartbeat";
  time: number;
}
export interface ErrorFrame {
  type: "error";
  code: FeedProblemCode;
  detail: string;
  id?: string | undefined;
}
export type ServerFrame =
  | AuthenticatedFrame
  | TableFrame
  | SubscribedFrame
  | AccountSubscribedFrame
  | GapFrame
  | SnapshotFrame
  | QuotesFrame
  | BarsFrame
  | SignalsFrame
  | AccountSnapshotFrame
  | TransactionsFrame
  | AccountValuesFrame
  | HeartbeatFrame
  | ErrorFrame;

const types: readonly string[] = [
  "authenticated",
  "table",
  "subscribed",
  "gap",
  "snapshot",
  "quotes",
  "bars",
  "signals",
  "account_snapshot",
  "transactions",
  "account_values",
  "heartbeat",
  "error",
] satisfies ServerFrame["type"][];

/**
 * Reads a frame of the edge; `null` for a type this version does not know, so that a newer edge may
 * say more. Throws on what is not a frame at all.
 */
export function readServerFrame(data: unknown): ServerFrame | null {
  if (typeof data !== "string") throw new TypeError("Cannot read the frame: it is not text");
  const value = JSON.parse(data) as { type?: unknown } | null;
  if (typeof value?.type !== "string") throw new TypeError("Cannot read the frame: it has no type");
  return types.includes(value.type) ? value as ServerFrame : null;
}
