/** What sealing promises; part of the history contract. */

import { assert, assertEquals } from "@std/assert";
import { sql } from "kysely";
import { type HistoryParts, noon, readTicks, type TickRow, ticksFrom } from "./history_contract.ts";

interface BlockFact {
  readonly sealed: boolean;
  readonly version: number;
  readonly row_count: number;
}

export async function sealSteps(
  t: Deno.TestContext,
  { db, history, sealer, append }: HistoryParts,
): Promise<void> {
  const blocksOf = async (symbol: string): Promise<BlockFact[]> => {
    const { rows } = await sql<BlockFact>`select b.sealed, b.version, b.row_count
      from timeseries.blocks b join timeseries.series s on s.id = b.series_id
      where s.symbol = ${symbol} order by b.from_time`.execute(db);
    return rows;
  };

  await t.step("sealing joins small blocks into full ones and changes no tick", async () => {
    const rows = ticksFrom(noon, 40_000);
    for (let at = 0; at < rows.length; at += 100) {
      await append("GBPUSD", `at ${at}`, rows.slice(at, at + 100));
    }
    const sealed = await sealer.sealTicks();
    assert(sealed.rows >= rows.length);
    assertEquals(await readTicks(history, "GBPUSD"), rows);
    assertEquals((await blocksOf("GBPUSD")).map(({ row_count }) => row_count), [
      16384,
      16384,
      7232,
    ]);
  });

  await t.step("the last block is filled up; full ones before it stay as they are", async () => {
    const more = ticksFrom(noon + 40_000 * 250, 10_000);
    await append("GBPUSD", "more", more);
    await sealer.sealTicks();
    const blocks = await blocksOf("GBPUSD");
    assertEquals(blocks.map(({ row_count }) => row_count), [16384, 16384, 16384, 848]);
    assertEquals(blocks.map(({ version }) => version), [1, 1, 2, 2]);
  });

  await t.step("a late tick reopens its block and makes a new version of it", async () => {
    const late: TickRow[] = [[noon + 20_000 * 250 + 7, 1, 2]];
    await append("GBPUSD", "late", late);
    const before = await readTicks(history, "GBPUSD");
    assertEquals(before[20_001], late[0]);
    await sealer.sealTicks();
    assertEquals(await readTicks(history, "GBPUSD"), before);
    const blocks = await blocksOf("GBPUSD");
    assert(blocks.every((block) => block.sealed));
    assertEquals(blocks.map(({ version }) => version), [1, 2, 2, 2, 2]);
  });

  await t.step("a batch that comes again after it was sealed changes nothing", async () => {
    const before = await readTicks(history, "GBPUSD");
    await append("GBPUSD", "more", ticksFrom(noon + 40_000 * 250, 10_000));
    assertEquals(await readTicks(history, "GBPUSD"), before);
  });

  await meanwhileStep(t, { history, sealer, append });
}

async function meanwhileStep(
  t: Deno.TestContext,
  { history, sealer, append }: Pick<HistoryParts, "history" | "sealer" | "append">,
): Promise<void> {
  await t.step("readers and writers meanwhile see every tick once", async () => {
    const rows = ticksFrom(noon, 3_000);
    let appended = 0;
    const writing = (async () => {
      for (; appended < rows.length; appended += 60) {
        await append("NZDJPY", `at ${appended}`, rows.slice(appended, appended + 60));
      }
    })();
    const sealing = (async () => {
      while (appended < rows.length) await sealer.sealTicks();
    })();
    while (appended < rows.length) {
      const atLeast = appended;
      const seen = await readTicks(history, "NZDJPY");
      assert(seen.length >= atLeast, `${seen.length} of ${atLeast}`);
      assertEquals(seen, rows.slice(0, seen.length));
    }
    await Promise.all([writing, sealing]);
    await sealer.sealTicks();
    assertEquals(await readTicks(history, "NZDJPY"), rows);
  });
}
