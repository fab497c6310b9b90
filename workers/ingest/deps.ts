/** What the ingest worker works with, and the only place that opens it. */

import * as v from "valibot";
import { tradingHours } from "../../shared/domain/fx_week.ts";
import type { Timer } from "../../shared/domain/time.ts";
import { createEventSource } from "../../shared/runtime/events.ts";
import { openStreamsGround, type StreamsGround } from "../../shared/runtime/ground.ts";
import type { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { scaledTimer, systemTimer, virtualTimer } from "../../shared/runtime/time.ts";
import { openPriceVenue } from "../../shared/venues/open_venue.ts";
import type { PriceVenue } from "../../shared/venues/venue.ts";
import { Ingest } from "./ingest.ts";
import {
  compositeSettings,
  type IngestOptions,
  oandaSettings,
  type VenueOptions,
} from "./settings.ts";
import { readLastSequence } from "./last_sequence.ts";
import { VenueReports } from "./venue_reports.ts";

/** What ingest stands on; a profile may share the streams among its parts. */
export interface IngestGround extends StreamsGround, OpenedVenue {}

export interface OpenedVenue {
  readonly venue: PriceVenue;
  /** The market's clock. */
  readonly timer: Timer;
  /** Where the venue's own reports go. */
  readonly reports: VenueReports;
}

/** What is known of earlier runs. */
export interface EarlierRuns {
  /** The highest sequence that was archived, where the archive can be asked; 0 when there is none. */
  readonly archivedSequence?: number | undefined;
}

export async function openIngest(
  settings: IngestOptions,
  lifecycle: Lifecycle,
): Promise<IngestGround> {
  // Opened first: a recording that is not there should be told before anything else is.
  const opened = await openVenue(settings);
  return { ...await openStreamsGround("ingest", settings, lifecycle), ...opened };
}

/** @throws Error naming what is wrong with the venue. */
export async function openVenue(settings: VenueOptions): Promise<OpenedVenue> {
  const reports = new VenueReports();
  const opened = await openPriceVenue(settings.venue.spec, {
    seed: settings.venue.seed,
    speed: settings.venue.speed,
    hours: tradingHours(settings.market.hours),
    timers: { system: systemTimer, scaled: scaledTimer, virtual: virtualTimer },
    live: {
      oanda: settings.oanda ?? v.parse(oandaSettings, undefined),
      composite: settings.composite ?? v.parse(compositeSettings, undefined),
      random: { next: () => Math.random() },
      watch: reports,
    },
  });
  return { ...opened, reports };
}

/** Publishes the venue's prices until the end. */
export function startIngest(ground: IngestGround & EarlierRuns, lifecycle: Lifecycle): void {
  const events = createEventSource({
    source: "/workers/ingest",
    ids: ground.ids,
    clock: ground.clock,
  });
  ground.reports.begin(ground);
  lifecycle.run("ingest", async (signal) => {
    const published = await readLastSequence(ground, signal);
    const lastSequence = Math.max(published ?? 0, ground.archivedSequence ?? 0) || null;
    await new Ingest({ ...ground, events, lastSequence }).run(signal);
  });
}
