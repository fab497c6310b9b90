/** Quotes of a commit as columns of ticks, by time; of one moment, as they came. */

import type { Quote } from "../../shared/domain/quote.ts";
import type { TickColumns } from "../../shared/timeseries/columns.ts";

export function toTickColumns(
  quotes: readonly Pick<Quote, "venueTime" | "bid" | "ask">[],
): TickColumns {
  // The sort is stable.
  const byTime = [...quotes].sort((a, b) => a.venueTime - b.venueTime);
  return {
    length: byTime.length,
    time: Float64Array.from(byTime, (quote) => quote.venueTime),
    bid: Int32Array.from(byTime, (quote) => quote.bid),
    ask: Int32Array.from(byTime, (quote) => quote.ask),
    bidVolume: null,
    askVolume: null,
  };
}
