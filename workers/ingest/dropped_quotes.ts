/** Counts the quotes that the streams did not take in time, and logs of which symbols and times. */

import type { Quote } from "../../shared/domain/quote.ts";
import type { EpochMs } from "../../shared/domain/time.ts";
import type { Logger } from "../../shared/runtime/logger.ts";
import type { Metrics } from "../../shared/runtime/metrics.ts";

interface Gap {
  quotes: number;
  /** Venue times of the first and the last of them. */
  readonly from: EpochMs;
  to: EpochMs;
}

export class DroppedQuotes {
  readonly #logger: Logger;
  readonly #total;
  readonly #gaps = new Map<string, Gap>();

  constructor(deps: { readonly logger: Logger; readonly metrics: Metrics }) {
    this.#logger = deps.logger;
    this.#total = deps.metrics.counter(
      "spotwire_ingest_dropped_quotes_total",
      "Quotes dropped because too many waited for the streams",
    );
    this.#total.inc(0);
  }

  take(quotes: readonly Quote[]): void {
    this.#total.inc(quotes.length);
    for (const { symbol, venueTime } of quotes) {
      const gap = this.#gaps.get(symbol);
      if (gap === undefined) this.#gaps.set(symbol, { quotes: 1, from: venueTime, to: venueTime });
      else {
        gap.quotes++;
        gap.to = venueTime;
      }
    }
  }

  /** Logs what was dropped since it last did. */
  tell(): void {
    if (this.#gaps.size === 0) return;
    const gaps = [...this.#gaps].map(([symbol, gap]) => ({ symbol, ...gap }));
    this.#logger.error({ gaps }, "quotes dropped: the streams did not take them in time");
    this.#gaps.clear();
  }
}
