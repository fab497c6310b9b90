/** Frames of the feed as text: reads what clients send, writes the edge's answers. */

import * as v from "valibot";
import {
  accountFrame,
  authenticateFrame,
  type ClientFrame,
  type FeedChannel,
  feedLimits,
  type FeedProblemCode,
  feedProblems,
  subscribeFrame,
  symbolsFrame,
  unsubscribeFrame,
} from "../../../shared/contracts/messages/feed.ts";
import { instrumentTable } from "../../../shared/contracts/messages/feed_binary.ts";

/** Why a frame was refused; `id` is the client's own, where it could be read. */
export interface FeedRefusal {
  readonly code: FeedProblemCode;
  readonly detail: string;
  readonly id?: string | undefined;
}

export const refusal = (code: FeedProblemCode, detail: string, id?: string): FeedRefusal => ({
  code,
  detail,
  id,
});

const types = [authenticateFrame, subscribeFrame, unsubscribeFrame].map(
  (schema) => schema.entries.type.literal as string,
);
const encoder = new TextEncoder();

export type ReadFrame = { readonly frame: ClientFrame } | { readonly refused: FeedRefusal };

/** Reads one message of a client; `data` is what a WebSocket delivers. */
export function readClientFrame(data: unknown): ReadFrame {
  if (typeof data !== "string") {
    return refused("binary_not_supported", "Send JSON in text frames");
  }
  if (data.length > feedLimits.frameBytesMax || bytesOf(data) > feedLimits.frameBytesMax) {
    return refused("frame_too_large", `Send at most ${feedLimits.frameBytesMax} bytes a frame`);
  }
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return refused("malformed_frame", "The frame is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refused("malformed_frame", "The frame is not a JSON object");
  }
  return readObject(value as Record<string, unknown>);
}

function readObject(value: Record<string, unknown>): ReadFrame {
  const id = typeof value.id === "string" && value.id.length <= 64 ? value.id : undefined;
  if (typeof value.type !== "string" || !types.includes(value.type)) {
    return refused("unknown_frame", `Send a frame of type ${types.join(", ")}`, id);
  }
  if (Array.isArray(value.symbols) && value.symbols.length > feedLimits.symbolsPerFrameMax) {
    const detail = `Name at most ${feedLimits.symbolsPerFrameMax} symbols in a frame`;
    return refused("too_many_subscriptions", detail, id);
  }
  const isAccounts = value.channel === "account" && value.type !== "authenticate";
  const parsed = v.safeParse(isAccounts ? accountFrame : symbolsFrame, value);
  if (parsed.success) return { frame: parsed.output };
  const issue = parsed.issues[0];
  const path = issue.path?.map((item) => String(item.key)).join(".") ?? "frame";
  return refused("invalid_frame", `${path}: ${issue.message}`.slice(0, 200), id);
}

const refused = (code: FeedProblemCode, detail: string, id?: string): ReadFrame => ({
  refused: refusal(code, detail, id),
});

/** UTF-8 bytes; a text of few characters needs no counting. */
const bytesOf = (text: string): number =>
  text.length * 3 <= feedLimits.frameBytesMax ? text.length : encoder.encode(text).length;

export const errorText = (refused: FeedRefusal): string =>
  JSON.stringify({
    type: "error",
    code: refused.code,
    detail: `${feedProblems[refused.code].title}. ${refused.detail}`,
    ...(refused.id === undefined ? {} : { id: refused.id }),
  });

export const authenticatedText = '{"type":"authenticated"}';

export const subscribedText = (
  { channel, symbols, intervalMs }: {
    readonly channel: FeedChannel;
    readonly symbols: ReadonlySet<string> | null;
    readonly intervalMs: number;
  },
  id?: string,
): string =>
  JSON.stringify({
    type: "subscribed",
    ...(id === undefined ? {} : { id }),
    channel,
    symbols: symbols === null ? "*" : [...symbols],
    intervalMs,
  });

export const accountSubscribedText = (accounts: readonly string[], id?: string): string =>
  JSON.stringify({
    type: "subscribed",
    ...(id === undefined ? {} : { id }),
    channel: "account",
    accounts,
  });

export const gapText = (channel: FeedChannel, symbols: readonly string[]): string =>
  JSON.stringify({ type: "gap", channel, symbols });

export const tableText = JSON.stringify({ type: "table", instruments: instrumentTable });
