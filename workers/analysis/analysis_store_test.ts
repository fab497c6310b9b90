// Goal: a worker that is started again tells nothing twice, and takes back what was corrected while it
// was away. Method: the real worker over a real PGlite and streams, with bars stored and announced as
// the archive does.

import { assert, assertEquals } from "@std/assert";
import { toLiveBar } from "../../shared/contracts/messages/bars.ts";
import type { LiveSignal } from "../../shared/contracts/messages/signals.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { type Bar, minuteMs } from "../../shared/domain/bar.ts";
import { tradingHours } from "../../shared/domain/fx_week.ts";
import { price, type Symbol } from "../../shared/domain/instrument.ts";
import { instrumentOf } from "../../shared/domain/instruments.ts";
import { epochMs } from "../../shared/domain/time.ts";
import { createEventSource, publishEvents } from "../../shared/runtime/events.ts";
import { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { systemTimer, uuidIds } from "../../shared/runtime/time.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import { correctBars, insertBars } from "../../shared/timeseries/bars_store.ts";
import { timeseriesMigrations } from "../../shared/timeseries/bars_table.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../shared/timeseries/database.ts";
import { startAnalysis } from "./deps.ts";
import { readTold } from "./read_told.ts";

const symbol = "EURUSD" as Symbol;
const start = Date.UTC(2026, 0, 14, 13);

/** A quiet minute, until a close leaves the range. */
function minute(n: number, close = 110_000): Bar {
  const at = price(close);
  const openTime = epochMs(start + n * minuteMs);
  return { symbol, side: "mid", openTime, open: at, high: at, low: at, close: at, ticks: 5 };
}

async function startWorld() {
  const store = await openTestStore();
  await migrate(store, timeseriesSchema, timeseriesMigrations);
  const streams = await openStreams("memory:", { clock: systemTimer });
  const logger = createLogger({ service: "test", level: "silent" });
  const db = store.database<TimeseriesDatabase>(timeseriesSchema);
  const events = createEventSource({ source: "/test", ids: uuidIds, clock: systemTimer });
  const metrics = createMetrics("analysis");
  return {
    db,
    told: () => readTold(streams, AbortSignal.timeout(10_000)),
    async startWorker(): Promise<Lifecycle> {
      const lifecycle = new Lifecycle({ logger });
      const ground = {
        store,
        streams,
        logger,
        metrics,
        hours: tradingHours("always"),
        history: {},
      };
      await startAnalysis({
        ...ground,
        ...{ service: "analysis", version: "0", clock: systemTimer, ids: uuidIds },
        ...{ authenticate: () => null, checks: {}, bodyBytesMax: 1_000 },
      }, lifecycle);
      return lifecycle;
    },
    /** What the archive has stored it tells. */
    async finish(bars: readonly Bar[], state: "final" | "corrected" = "final"): Promise<void> {
      await (state === "final" ? insertBars : correctBars)(db, bars);
      const told = bars.map((bar) => toLiveBar(bar, instrumentOf(symbol), { state, version: 1 }));
      await publishEvents(streams, topics.bars, [events.event("bars.updated", { bars: told })]);
    },
    async [globalThis.Symbol.asyncDispose]() {
      await streams.close();
      await store.close();
    },
  };
}

const plain = ({ study, granularity, time, direction, state }: LiveSignal) =>
  [study, granularity, (time - start) / minuteMs, direction, state].join(" ");

Deno.test("a worker started again tells nothing twice, and takes back what was corrected meanwhile", async () => {
  await using world = await startWorld();
  const plainTold = async () => (await world.told()).map(plain);
  await insertBars(world.db, Array.from({ length: 30 }, (_, n) => minute(n)));
  const first = await world.startWorker();
  await world.finish([minute(30, 110_050)]);
  const raised = ["range_break M1 31 up raised"];
  await eventually(async () => assertEquals(await plainTold(), raised));
  await first.stop("test");

  const second = await world.startWorker();
  await world.finish([minute(31, 110_050)]);
  await world.finish([minute(32, 109_900)]);
  const broken = [...raised, "range_break M1 33 down raised", "rsi_turn M1 33 down raised"];
  await eventually(async () => assertEquals(await plainTold(), broken));
  await second.stop("test");

  await world.finish([minute(30, 110_000), minute(31, 110_000)], "corrected");
  const third = await world.startWorker();
  const withdrawn = [
    ...broken,
    "range_break M1 31 up withdrawn",
    "rsi_turn M1 33 down withdrawn",
  ];
  await eventually(async () => assertEquals(await plainTold(), withdrawn));
  const sequences = (await world.told()).map(({ sequence }) => sequence);
  assertEquals(sequences, sequences.toSorted((a, b) => a - b));
  assert(new Set(sequences).size === sequences.length);
  await third.stop("test");
});
