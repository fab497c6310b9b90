import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import {
  noon,
  openHistory,
  readTicks,
  tickColumns,
  ticksFrom,
} from "../../shared/testing/history_contract.ts";
import { createRound } from "./history_keeper.ts";
import { historySettings } from "./settings.ts";

Deno.test("a round that cannot hear the market's time seals ticks, and the next does the rest", async () => {
  const store = await openTestStore();
  const { db, append, history, writer } = await openHistory(store);
  await append("EURUSD", "one", ticksFrom(noon, 10));
  const live = { symbol: "EURUSD" as Symbol, source: "live" };
  await writer.appendTicks(db, {
    series: live,
    ticks: tickColumns(ticksFrom(noon, 5)),
    batch: "live",
  });
  const heard = [Promise.reject(new Error("store gone")), Promise.resolve(noon + 86_400_000 * 9)];
  heard[0]!.catch(() => {});
  const metrics = createMetrics("archive");
  const round = createRound({
    db,
    depot: null,
    settings: v.parse(historySettings, { ticksDays: 1 }),
    heardAt: () => heard.shift()!,
    logger: createLogger({ service: "archive", level: "silent" }),
    metrics,
  });
  const never = new AbortController().signal;
  await round(never);
  assertEquals(await readTicks(history, "EURUSD"), ticksFrom(noon, 10));
  const told = await metrics.text();
  assertEquals(/upkeep_total\{[^}]*seal_ticks[^}]*\} 15/.test(told), true, told);
  assertEquals(/failures_total\{[^}]*hear[^}]*\} 1/.test(told), true, told);
  await round(never);
  // The live feed's own ticks follow the setting; what another source gave is kept.
  assertEquals(await readTicks(history, "EURUSD"), ticksFrom(noon, 10));
  const [ticks] = await history.heldDays([live], { from: noon, to: noon + 86_400_000 });
  assertEquals(ticks, []);
  await store.close();
});
