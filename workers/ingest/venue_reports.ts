/** What the venue tells of itself, as log lines and metrics, with the health of its connections. */

import type { Logger } from "../../shared/runtime/logger.ts";
import type { Metrics } from "../../shared/runtime/metrics.ts";
import {
  type PriceVenue,
  type Refusal,
  type StreamHealth,
  type VenueCount,
  venueCounts,
  type VenueWatch,
} from "../../shared/venues/venue.ts";

/** A message is logged once in so many milliseconds for each kind of it, so no storm floods the log. */
const logEveryMs = 1_000;

interface Places {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: { now(): number };
  readonly venue: PriceVenue;
}

/** Who keeps what the venue refuses. */
type Keep = (refusal: Refusal) => void;

export class VenueReports implements VenueWatch {
  #places: Places | null = null;
  #keep: Keep | null = null;
  readonly #logged = new Map<string, number>();

  /** From here on reports have somewhere to go; a venue that nobody reads has none. */
  begin(places: Places): void {
    this.#places = places;
    const { metrics, venue } = places;
    for (const what of Object.keys(venueCounts) as VenueCount[]) this.#counter(metrics, what);
    const show = (name: string, help: string, of: (stream: StreamHealth) => number) =>
      metrics.gauge(`spotwire_venue_stream_${name}`, help, {
        labels: ["stream"],
        collect() {
          for (const stream of venue.streams?.() ?? []) {
            this.set({ stream: stream.name }, of(stream));
          }
        },
      });
    show("connected", "1 while the connection stands", (one) => Number(one.connected));
    show("silent_seconds", "Since anything was heard", (one) => one.silentMs / 1_000);
    show("idle_seconds", "Since more than a heartbeat was heard", (one) => one.idleMs / 1_000);
    show("connections", "Connections made", (one) => one.connections);
  }

  note(level: "info" | "warn" | "error", message: string, about: Record<string, unknown> = {}) {
    if (this.#places === null) return;
    const { logger, clock } = this.#places;
    const kind = `${level} ${message} ${about["stream"] ?? about["source"] ?? ""}`;
    const now = clock.now();
    if (Math.abs(now - (this.#logged.get(kind) ?? 0)) < logEveryMs) return;
    this.#logged.set(kind, now);
    logger[level](about, message);
  }

  count(what: VenueCount, label: string): void {
    if (this.#places === null) return;
    this.#counter(this.#places.metrics, what).inc({ [venueCounts[what].label]: label });
  }

  refused(refusal: Refusal): void {
    this.#keep?.(refusal);
  }

  /** From here on what is refused is kept. */
  keepWith(keep: Keep): void {
    this.#keep = keep;
  }

  #counter(metrics: Metrics, what: VenueCount) {
    const { help, label } = venueCounts[what];
    return metrics.counter<string>(`spotwire_venue_${what}_total`, help, [label]);
  }
}
