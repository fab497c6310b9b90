/** How long prices were on their way, from the times that each carries. */

import type { FeedQuote } from "../../../../../shared/sdk/mod.ts";

export interface Delays {
  readonly median: number;
  /** Nineteen of twenty came sooner. */
  readonly most: number;
  readonly longest: number;
}

/** Of the newest prices of all symbols, in milliseconds; `null` without any. */
export function delaysOf(
  quotes: readonly Pick<FeedQuote, "time" | "receivedTime">[],
): Delays | null {
  const sorted = quotes.map((one) => one.receivedTime - one.time).sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const [median, most, longest] = [at(0.5), at(0.95), sorted.at(-1)];
  return median === undefined || most === undefined || longest === undefined
    ? null
    : { median, most, longest };
}
