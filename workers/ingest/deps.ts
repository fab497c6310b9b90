/** What the ingest worker works with, and the only place that opens it. */

import { tradingHours } from "../../shared/domain/fx_week.ts";
import type { Timer } from "../../shared/domain/time.ts";
import { createEventSource } from "../../shared/runtime/events.ts";
import type { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import type { ServiceDeps } from "../../shared/runtime/service_app.ts";
import { scaledTimer, systemTimer, uuidIds, virtualTimer } from "../../shared/runtime/time.ts";
import type { EventStreams } from "../../shared/streams/event_streams.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { openPriceVenue } from "../../shared/venues/open_venue.ts";
import type { PriceVenue } from "../../shared/venues/venue.ts";
import { Ingest } from "./ingest.ts";
import type { IngestSettings } from "./settings.ts";

/** What ingest stands on; a profile may share the streams among its parts. */
export interface IngestGround extends ServiceDeps {
  readonly streams: EventStreams;
  readonly venue: PriceVenue;
  /** The market's clock. */
  readonly timer: Timer;
}

export async function openIngest(
  settings: IngestSettings,
  lifecycle: Lifecycle,
): Promise<IngestGround> {
  const service = "ingest";
  const { venue, timer } = await openPriceVenue(settings.venue.spec, {
    seed: settings.venue.seed,
    speed: settings.venue.speed,
    hours: tradingHours(settings.market.hours),
    timers: { system: systemTimer, scaled: scaledTimer, virtual: virtualTimer },
  });
  const streams = await openStreams(settings.streams.url, { clock: systemTimer });
  lifecycle.onStop("streams", () => streams.close());
  return {
    service,
    version: "0.1.0",
    logger: createLogger({ service, level: settings.log.level }),
    metrics: createMetrics(service),
    clock: systemTimer,
    ids: uuidIds,
    authenticate: () => null,
    checks: { streams: () => streams.ping() },
    bodyBytesMax: settings.http.bodyBytesMax,
    streams,
    venue,
    timer,
  };
}

/** Publishes the venue's prices until the end. */
export function startIngest(ground: IngestGround, lifecycle: Lifecycle): void {
  const events = createEventSource({
    source: "/workers/ingest",
    ids: ground.ids,
    clock: ground.clock,
  });
  const ingest = new Ingest({ ...ground, events });
  lifecycle.run("ingest", (signal) => ingest.run(signal));
}
