/** Starts the analysis worker on what it is given. */

import { type LiveSignal, signalsPerEventMax } from "../../shared/contracts/messages/signals.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { followTopic } from "../../shared/runtime/consume.ts";
import { createEventSource, publishEvents } from "../../shared/runtime/events.ts";
import type { Ground } from "../../shared/runtime/ground.ts";
import type { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import type { Metrics } from "../../shared/runtime/metrics.ts";
import { pause } from "../../shared/runtime/time.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { timeseriesMigrations } from "../../shared/timeseries/bars_table.ts";
import { timeseriesSchema } from "../../shared/timeseries/database.ts";
import { historyOf } from "../../shared/timeseries/block_history.ts";
import { depotOf, type DepotSettings } from "../../shared/timeseries/depot/open_depot.ts";
import { Analyst } from "./decide.ts";
import { readMinutes } from "./read_minutes.ts";
import { readTold } from "./read_told.ts";

/** Pause before what could not be read at the start is read again. */
const retryMs = 1_000;

export type AnalysisGround = Omit<Ground, "marketClock"> & { readonly history: DepotSettings };

/** Migrates and begins to listen, then reads what went before and tells of signals until the end. */
export async function startAnalysis(ground: AnalysisGround, lifecycle: Lifecycle): Promise<void> {
  const { store, streams, logger } = ground;
  await migrate(store, timeseriesSchema, timeseriesMigrations);
  const { promise: ready, resolve } = Promise.withResolvers<Analyst | null>();
  const tell = teller(ground);
  // Begun first: what is told from now on and what history has by now leave nothing out between them.
  const { done } = await followTopic({
    streams,
    topic: topics.bars,
    from: "now",
    logger,
    signal: lifecycle.signal,
    async handle(events) {
      const analyst = await ready;
      if (analyst === null) return;
      for (const { data } of events) analyst.take(data.bars);
      await tell(analyst);
    },
  });
  lifecycle.run("analysis", async (signal) => {
    const analyst = await begin(ground, signal);
    if (analyst !== null) await tell(analyst).catch((err) => logger.error({ err }, "told later"));
    resolve(analyst);
    await done;
  });
}

/** An analyst that knows what went before, however long that cannot be read; `null` at the end. */
async function begin(
  { store, streams, history, logger }: AnalysisGround,
  signal: AbortSignal,
): Promise<Analyst | null> {
  while (!signal.aborted) {
    try {
      const analyst = new Analyst();
      analyst.recall(await readTold(streams, signal));
      for await (const bars of readMinutes(historyOf(store, depotOf(history)))) analyst.begin(bars);
      return analyst;
    } catch (error) {
      if (signal.aborted) break;
      logger.error({ err: error }, "history of signals not read, will retry");
      await pause(retryMs, signal);
    }
  }
  return null;
}

/** Publishes what is due. What the streams do not take is due again with the next bars. */
function teller(
  { streams, ids, clock, metrics }: Pick<AnalysisGround, "streams" | "ids" | "clock" | "metrics">,
): (analyst: Analyst) => Promise<void> {
  const events = createEventSource({ source: "/workers/analysis", ids, clock });
  const count = counter(metrics);
  return async (analyst) => {
    const due = analyst.due();
    const parts = Array.from(
      { length: Math.ceil(due.length / signalsPerEventMax) },
      (_, n) => due.slice(n * signalsPerEventMax, (n + 1) * signalsPerEventMax),
    );
    await publishEvents(
      streams,
      topics.signals,
      parts.map((signals) => events.event("signals.updated", { signals })),
    );
    analyst.told(due);
    count(due);
  };
}

function counter(metrics: Metrics): (signals: readonly LiveSignal[]) => void {
  const told = metrics.counter("spotwire_signals_total", "Signals told, by study and state", [
    "study",
    "state",
  ]);
  return (signals) => {
    for (const { study, state } of signals) told.inc({ study, state });
  };
}
