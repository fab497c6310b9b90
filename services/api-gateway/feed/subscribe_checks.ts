/** What a `subscribe` or `unsubscribe` may not ask for; a refused frame changes nothing. */

import type * as v from "valibot";
import { feedIntervalsMs, type subscribeFrame } from "../../../shared/contracts/messages/feed.ts";
import { findInstrument } from "../../../shared/domain/instruments.ts";
import type { ChannelBoard, Seen } from "./channel_board.ts";
import { type FeedRefusal, refusal } from "./frames.ts";

type SubscribeFrame = v.InferOutput<typeof subscribeFrame>;

export function refuseSubscribe(
  frame: SubscribeFrame,
  board: ChannelBoard,
): FeedRefusal | null {
  const { symbols, intervalMs, resume, id } = frame;
  const unlisted = symbols === "*" ? null : refuseUnlisted(symbols, id);
  if (unlisted !== null) return unlisted;
  if (intervalMs !== undefined && !feedIntervalsMs.includes(intervalMs)) {
    return refusal("interval_not_offered", `Ask for ${feedIntervalsMs.join(", ")} ms`, id);
  }
  return resume === undefined ? null : refuseResume(frame, { ...resume }, board);
}

function refuseResume(
  { symbols, id }: SubscribeFrame,
  seen: Seen,
  board: ChannelBoard,
): FeedRefusal | null {
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
