/**
 * The upkeep of history: seals what grows, moves old sealed blocks to the depot, lets go of what is
 * older than it is kept. Time is the market's own, as the archive heard it. A step that fails is
 * logged and tried again in the next round; nothing is lost meanwhile.
 */

import { minuteMs } from "../../shared/domain/bar.ts";
import { dayMs } from "../../shared/domain/bars/granularity.ts";
import type { Logger } from "../../shared/runtime/logger.ts";
import type { Metrics } from "../../shared/runtime/metrics.ts";
import { pause } from "../../shared/runtime/time.ts";
import type { BlockDepot } from "../../shared/timeseries/depot/block_depot.ts";
import { moveToDepot, removeUnused } from "../../shared/timeseries/depot/depot_mover.ts";
import { Retention } from "../../shared/timeseries/retention.ts";
import { Sealer } from "../../shared/timeseries/sealer.ts";
import type { Kysely } from "kysely";
import type { TimeseriesDatabase } from "../../shared/timeseries/database.ts";
import { type HistorySettings, keepRulesOf } from "./settings.ts";

/** A day's bars stay rows so long after its end; late quotes put them right cheaply there. */
const barsGraceMs = 10 * minuteMs;

export interface HistoryKeeperDeps {
  readonly db: Kysely<TimeseriesDatabase>;
  readonly depot: BlockDepot | null;
  readonly settings: HistorySettings;
  /** The market's time. */
  readonly heardAt: () => Promise<number>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Runs rounds until the signal aborts. */
export async function keepHistory(deps: HistoryKeeperDeps, signal: AbortSignal): Promise<void> {
  const round = createRound(deps);
  for (;;) {
    await pause(deps.settings.sealMinutes * minuteMs, signal);
    if (signal.aborted) return;
    await round(signal);
  }
}

/** One round of upkeep. */
export function createRound(deps: HistoryKeeperDeps): (signal: AbortSignal) => Promise<void> {
  const { db, depot, settings, logger } = deps;
  const sealer = new Sealer(db, depot);
  const retention = new Retention(db, depot);
  const rules = keepRulesOf(settings);
  const { blocks, rows, failures } = counters(deps.metrics);
  return async (signal) => {
    const guarded = async <T>(step: string, run: () => Promise<T>): Promise<T | null> => {
      if (signal.aborted) return null;
      try {
        return await run();
      } catch (error) {
        failures.inc({ step });
        logger.error({ err: error, step }, "upkeep of history failed, will retry");
        return null;
      }
    };
    const attempt = async (step: string, run: () => Promise<number>) =>
      rows.inc({ step }, await guarded(step, run) ?? 0);
    const sealed = (done: { blocks: number; rows: number }) => {
      blocks.inc(done.blocks);
      return done.rows;
    };
    await attempt("seal_ticks", async () => sealed(await sealer.sealTicks(signal)));
    const now = await guarded("hear", deps.heardAt);
    if (now === null) return;
    await attempt(
      "seal_bars",
      async () => sealed(await sealer.sealBars(now - barsGraceMs, signal)),
    );
    await attempt("drop_ticks", () => retention.drop("ticks", { now, rules, signal }));
    await attempt("drop_bars", () => retention.drop("bars", { now, rules, signal }));
    if (depot !== null) {
      const before = now - settings.depotAfterDays * dayMs;
      await attempt("move", async () => (await moveToDepot(db, depot, { before, signal })).blocks);
      await attempt("remove", () => removeUnused(db, depot, signal));
    }
  };
}

function counters(metrics: Metrics) {
  return {
    blocks: metrics.counter("spotwire_history_blocks_sealed_total", "Sealed blocks written"),
    rows: metrics.counter(
      "spotwire_history_upkeep_total",
      "Ticks and bars sealed and dropped, blocks moved, objects of the depot removed",
      ["step"],
    ),
    failures: metrics.counter(
      "spotwire_history_upkeep_failures_total",
      "Steps of upkeep that failed and will be tried again",
      ["step"],
    ),
  };
}
