// Goal: a backup is whole or is not there, and a restore changes everything or nothing. Method: stores
// in memory with values that are hard to write down, and backups that are damaged one byte at a time.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { sql } from "kysely";
import { randomInt } from "node:crypto";
import type { PipelineDatabase } from "../../services/data-pipeline/imports/tables.ts";
import {
  type BackupManifest,
  BackupRefused,
  manifestFile,
  sumsFile,
} from "../../shared/storage/backup/manifest.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import type { Store } from "../../shared/storage/store.ts";
import { noon, openHistory, readTicks, ticksFrom } from "../../shared/testing/history_contract.ts";
import { BlockHistory } from "../../shared/timeseries/block_history.ts";
import { DepotError } from "../../shared/timeseries/depot/block_depot.ts";
import { moveToDepot, removeUnused } from "../../shared/timeseries/depot/depot_mover.ts";
import { openDepot } from "../../shared/timeseries/depot/open_depot.ts";
import { Retention } from "../../shared/timeseries/retention.ts";
import { restoreStore, verifyBackup } from "./restore_store.ts";
import { platformSchemas } from "./schemas.ts";
import { writeBackup } from "./write_backup.ts";

interface Quarantined {
  readonly file: string;
  readonly original: string;
  /** JSON. */
  readonly reasons: string;
  readonly columns: string | null;
  readonly time: string | null;
}

/** A store with every schema of the platform. */
async function openWhole(): Promise<Store> {
  const store = await openTestStore();
  for (const [schema, migrations] of Object.entries(platformSchemas)) {
    await migrate(store, schema, migrations);
  }
  return store;
}

const quarantine = (store: Store) => store.database<PipelineDatabase>("pipeline");

async function keepApart(store: Store, rows: readonly Quarantined[]): Promise<void> {
  const fixed = {
    import_id: "i",
    symbol: null,
    source: "s",
    kind: "ticks",
    side: "",
    state: "kept",
  };
  const values = rows.map((row, at) => ({
    ...{ ...fixed, interval_ms: 0, row: at, detail: "", released_at: null },
    ...row,
  }));
  await quarantine(store).insertInto("quarantine").values(values).execute();
}

const keptApart = (store: Store) =>
  quarantine(store).selectFrom("quarantine").selectAll().orderBy("row").execute();

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-backup-" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

Deno.test("whatever a row holds, it comes back from a backup as it was", async () => {
  const text = fc.string({ unit: "binary", maxLength: 40 }).map((one) =>
    one.replaceAll("\0", "\\")
  );
  const row = fc.record({
    file: fc.oneof(text, fc.constantFrom('"', "\\", "(,)", "\n\r\t", "", "NULL", "{}", "💱")),
    original: text,
    reasons: fc.json({ maxDepth: 2 }).map((one) => one.replaceAll("\\u0000", "")),
    columns: fc.option(fc.json({ maxDepth: 1 }).map((one) => one.replaceAll("\\u0000", ""))),
    time: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
  });
  await inFolder((folder) =>
    fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 600 }), async (rows) => {
        const path = `${folder}/${randomInt(2 ** 40)}`;
        const from = await openWhole();
        await keepApart(from, rows);
        await writeBackup(from, { folder: path, depot: null });
        const into = await openTestStore();
        await restoreStore(into, path);
        assertEquals(await keptApart(into), await keptApart(from));
        // The next row takes the next number.
        await keepApart(into, [{ ...blank, file: "next" }]);
        const ids = (await keptApart(into)).map(({ row_id }) => Number(row_id));
        assertEquals(Math.max(...ids), rows.length + 1);
        await Promise.all([from.close(), into.close()]);
      }),
      { numRuns: 6, seed: 20190104 },
    )
  );
});

const blank: Quarantined = { file: "f", original: "", reasons: "[]", columns: null, time: null };

/** History in every state: growing, sealed, moved to the depot, some of it replaced since. */
async function withHistory(folder: string) {
  const store = await openWhole();
  const { db, append, sealer } = await openHistory(store);
  const depot = openDepot(`folder:${folder}/depot`);
  const rows = ticksFrom(noon, 40_000, 2_000);
  await append("EURUSD", "old", rows);
  await sealer.sealTicks();
  await moveToDepot(db, depot, { before: noon + 60_000_000 });
  const growing = ticksFrom(noon + 100_000_000, 50);
  await append("EURUSD", "new", growing);
  return { store, db, depot, all: [...rows, ...growing] };
}

Deno.test("history comes back bit for bit, what lay in a depot too, with no depot there", async () => {
  await inFolder(async (folder) => {
    const { store, db, depot, all } = await withHistory(folder);
    const here = await sql<{ count: string }>`select count(*) from timeseries.blocks
      where depot_key is not null`.execute(db);
    assert(Number(here.rows[0]!.count) > 1);
    await writeBackup(store, { folder: `${folder}/kept`, depot });
    await store.close();
    await Deno.remove(`${folder}/depot`, { recursive: true });
    const into = await openTestStore();
    await restoreStore(into, `${folder}/kept`);
    const { db: restored, append, sealer } = await openHistory(into);
    assertEquals(await readTicks(new BlockHistory(restored), "EURUSD"), all);
    // It goes on from there: late ticks reopen a block, and all is sealed anew.
    await append("EURUSD", "late", [[noon + 1, 7, 8]]);
    await sealer.sealTicks();
    const [first, ...rest] = all;
    assertEquals(await readTicks(new BlockHistory(restored), "EURUSD"), [
      ...[first!, [noon + 1, 7, 8] as const],
      ...rest,
    ]);
    await into.close();
  });
});

Deno.test("a store that was restored shares a depot with the one it is of, and removes its own objects only", async () => {
  await inFolder(async (folder) => {
    const { store, db, depot, all } = await withHistory(folder);
    await writeBackup(store, { folder: `${folder}/kept`, depot });
    const into = await openTestStore();
    await restoreStore(into, `${folder}/kept`);
    const { db: restored } = await openHistory(into);
    await moveToDepot(restored, depot, { before: noon + 60_000_000 });
    const rules = [{ kind: "ticks", source: "test", symbol: null, days: 1 }] as const;
    const now = noon + 365 * 86_400_000;
    assertEquals(await new Retention(restored, depot).drop("ticks", { now, rules }), all.length);
    assert(await removeUnused(restored, depot) > 0);
    assertEquals(await readTicks(new BlockHistory(db, depot), "EURUSD"), all);
    await Promise.all([store.close(), into.close()]);
  });
});

Deno.test("a backup that cannot be whole leaves no folder, and one that exists is left alone", async () => {
  await inFolder(async (folder) => {
    const { store } = await withHistory(folder);
    const path = `${folder}/kept`;
    await assertRejects(() => writeBackup(store, { folder: path, depot: null }), DepotError);
    await Deno.truncate((await depotFiles(`${folder}/depot`))[0]!, 100);
    const depot = openDepot(`folder:${folder}/depot`);
    await assertRejects(() => writeBackup(store, { folder: path, depot }), DepotError);
    assertEquals(await names(folder), ["depot"]);
    await Deno.mkdir(path);
    await assertRejects(
      () => writeBackup(store, { folder: path, depot }),
      BackupRefused,
      "exists",
    );
    await migrate(store, "stranger", {});
    await Deno.remove(path);
    await assertRejects(
      () => writeBackup(store, { folder: path, depot }),
      BackupRefused,
      "stranger",
    );
    await store.close();
  });
});

async function depotFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile) found.push(`${folder}/${name}`);
    else found.push(...await depotFiles(`${folder}/${name}`));
  }
  return found;
}

/** What the store holds of rows. */
const held = async (store: Store) => (await keptApart(store)).map(({ file }) => file);

Deno.test("a damaged backup, and one of a newer version, is refused before the store is touched", async () => {
  await inFolder(async (folder) => {
    const from = await openWhole();
    await keepApart(
      from,
      Array.from({ length: 40 }, (_, at) => ({ ...blank, file: `file ${at}` })),
    );
    const path = `${folder}/kept`;
    await writeBackup(from, { folder: path, depot: null });
    const into = await openWhole();
    await keepApart(into, [{ ...blank, file: "mine" }]);
    const refused = async (what: string) => {
      const error = await assertRejects(
        () => restoreStore(into, path, { replace: true }),
        BackupRefused,
      );
      assertStringIncludes(`${error}`, what);
      assertEquals(await held(into), ["mine"]);
    };
    const part = `${path}/pipeline.quarantine.jsonl.zst`;
    const whole = await Deno.readFile(part);
    for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 60)) {
      const damaged = whole.slice();
      damaged[at]! ^= 1;
      await Deno.writeFile(part, damaged);
      await refused(part);
    }
    await Deno.writeFile(part, whole.slice(0, -20));
    await refused(part);
    await Deno.remove(part);
    await refused(part);
    await Deno.writeFile(part, whole);

    const manifest = await Deno.readTextFile(`${path}/${manifestFile}`);
    const write = (over: (manifest: BackupManifest) => void) => {
      const changed = JSON.parse(manifest);
      over(changed);
      return Deno.writeTextFile(`${path}/${manifestFile}`, JSON.stringify(changed, null, 2));
    };
    await write((one) => (one as { version: number }).version = 2);
    await refused("version 2");
    await write((one) => one.schemas[0]!.migrations.push("2999-01-01_more"));
    await refused(`${path}/manifest.json or SHA256SUMS is damaged`);
    const wrong = ["", "null", "[]", "7", "{}", manifest.slice(0, 100), manifest.slice(0, -40)];
    for (const text of wrong) {
      await Deno.writeTextFile(`${path}/${manifestFile}`, text);
      await refused(`${path}/manifest.json is damaged`);
    }
    await Deno.truncate(`${path}/${manifestFile}`, 1e9);
    await refused(`${path}/manifest.json is damaged`);
    await Deno.writeTextFile(`${path}/${manifestFile}`, manifest);
    const sums = await Deno.readTextFile(`${path}/${sumsFile}`);
    for (const text of ["", sums.slice(0, 80), sums.slice(0, -1), sums.replace("0", "1")]) {
      await Deno.writeTextFile(`${path}/${sumsFile}`, text);
      await refused(`${path}/manifest.json or SHA256SUMS is damaged`);
    }
    await Deno.writeTextFile(`${path}/${sumsFile}`, sums);

    await assertRejects(() => restoreStore(into, path), BackupRefused, "--replace");
    assertEquals(await held(into), ["mine"]);
    await restoreStore(into, path, { replace: true });
    assertEquals((await held(into)).length, 40);
    await Promise.all([from.close(), into.close()]);
  });
});

Deno.test("a restore that fails half way changes nothing", async () => {
  await inFolder(async (folder) => {
    const { store, depot } = await withHistory(folder);
    await keepApart(store, [{ ...blank, file: "theirs" }]);
    const path = `${folder}/kept`;
    const { parts } = await writeBackup(store, { folder: path, depot });
    const into = await openWhole();
    await keepApart(into, [{ ...blank, file: "mine" }]);
    for (const stop of parts) {
      await assertRejects(
        () =>
          restoreStore(into, path, {
            replace: true,
            onPart: (part) => {
              if (part.file === stop.file) throw new Error("the power went");
            },
          }),
        Error,
        "the power went",
      );
      assertEquals(await held(into), ["mine"]);
    }
    assertEquals((await verifyBackup(path)).parts.length, parts.length);
    await Promise.all([store.close(), into.close()]);
  });
});
