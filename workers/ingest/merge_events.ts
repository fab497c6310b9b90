/** Makes few events of many that are published together. */

import {
  type QuoteEvent,
  quotesPerEventMax,
  type QuotesReceived,
} from "../../shared/contracts/messages/quotes.ts";

/** Market time within which a sign of life says nothing that its neighbours do not. */
export const sparseBeatMs = 10_000;

/**
 * Joins neighbouring batches of one venue's quotes, and leaves out signs of life that something
 * else follows within a few seconds. Every quote stays, in its order, and so does the last word.
 */
export function mergeEvents(events: readonly QuoteEvent[]): QuoteEvent[] {
  const merged: QuoteEvent[] = [];
  /** Rows of the last merged event while it may still grow. */
  let growing: QuotesReceived["data"]["quotes"] | null = null;
  let saidAt = -Infinity;
  for (const [index, event] of events.entries()) {
    if (event.type === "venue.heard") {
      const { time } = event.data;
      if (index < events.length - 1 && time - saidAt < sparseBeatMs) continue;
      merged.push(event);
      growing = null;
      saidAt = time;
      continue;
    }
    const { venue, quotes } = event.data;
    saidAt = quotes.at(-1)![3];
    const room = growing !== null && growing.length + quotes.length <= quotesPerEventMax &&
      merged.at(-1)?.data.venue === venue;
    if (growing !== null && room) growing.push(...quotes);
    else {
      growing = [...quotes];
      merged.push({ ...event, data: { venue, quotes: growing } });
    }
  }
  return merged;
}
