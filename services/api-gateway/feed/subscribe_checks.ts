/** What a `subscribe` or `unsubscribe` may not ask for; a refused frame changes nothing. */

import type * as v from "valibot";
import {
  type FeedChannel,
  feedIntervalsMs,
  type subscribeFrame,
} from "../../../shared/contracts/messages/feed.ts";
import { findInstrument } from "../../../shared/domain/instruments.ts";
import { type FeedRefusal, refusal } from "./frames.ts";
import type { QuoteBoard } from "./quote_board.ts";

type SubscribeFrame = v.InferOutput<typeof subscribeFrame>;

export function refuseSubscribe(
  frame: SubscribeFrame,
  channel: FeedChannel,
  board: QuoteBoard,
): FeedRefusal | null {
  const { symbols, intervalMs, resume, id } = frame;
  const unlisted = symbols === "*" ? null : refuseUnlisted(symbols, id);
  if (unlisted !== null) return unlisted;
  if (intervalMs !== undefined && !feedIntervalsMs.includes(intervalMs)) {
    return refusal("interval_not_offered", `Ask for ${feedIntervalsMs.join(", ")} ms`, id);
  }
  return resume === undefined ? null : refuseResume(frame, { ...resume }, { channel, board });
}

function refuseResume(
  { symbols, id }: SubscribeFrame,
  seen: Readonly<Record<string, number>>,
  { channel, board }: { channel: FeedChannel; board: QuoteBoard },
): FeedRefusal | null {
  if (channel !== "quotes") {
    return refusal("resume_not_offered", "Subscribe without `resume`", id);
  }
  const other = symbols === "*"
    ? undefined
    : Object.keys(seen).find((symbol) => !symbols.includes(symbol));
  if (other !== undefined) {
    return refusal("invalid_frame", `resume: ${other} is not among the symbols`, id);
  }
  const unlisted = refuseUnlisted(Object.keys(seen), id);
  if (unlisted !== null) return unlisted;
  const ahead = board.ahead(seen);
  if (ahead === undefined) return null;
  const detail = `Subscribe to ${ahead} without resuming, or to another edge`;
  return refusal("resume_ahead", detail, id);
}

export function refuseUnlisted(
  symbols: readonly string[],
  id: string | undefined,
): FeedRefusal | null {
  const unknown = symbols.find((symbol) => findInstrument(symbol) === undefined);
  if (unknown === undefined) return null;
  return refusal("unknown_symbol", `Take ${unknown} out; see GET /v1/instruments`, id);
}
