import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { sql } from "kysely";
import { openTestStore } from "../../testing/memory_store.ts";
import type { Symbol } from "../../domain/instrument.ts";
import { barColumns } from "../../testing/history_bars_contract.ts";
import {
  hourMs,
  noon,
  openHistory,
  pieces,
  readTicks,
  ticksFrom,
} from "../../testing/history_contract.ts";
import { s3Credentials, startScriptedS3 } from "../../testing/scripted_s3.ts";
import { BlockHistory } from "../block_history.ts";
import { BlockHistoryWriter } from "../block_writer.ts";
import { HistoryDamaged } from "../block_pages.ts";
import { Retention } from "../retention.ts";
import { Sealer } from "../sealer.ts";
import { type BlockDepot, DepotError } from "./block_depot.ts";
import { moveToDepot, removeUnused } from "./depot_mover.ts";
import { openDepot } from "./open_depot.ts";

/** A year after its ticks, none of the test's source are kept any more. */
const oldTicks = {
  now: noon + 365 * 86_400_000,
  rules: [{ kind: "ticks", source: "test", symbol: null, days: 1 }],
} as const;

const bytes = Uint8Array.from({ length: 1_000 }, (_, i) => i % 251);

async function depotContract(depot: BlockDepot): Promise<void> {
  await depot.put("a/b.blocks", bytes);
  await depot.put("a/c.blocks", bytes.slice(0, 10));
  assertEquals(await depot.get({ key: "a/b.blocks", offset: 0, length: 1_000 }), bytes);
  assertEquals(
    await depot.get({ key: "a/b.blocks", offset: 990, length: 10 }),
    bytes.slice(990),
  );
  await depot.put("a/b.blocks", bytes.slice(5));
  assertEquals((await depot.get({ key: "a/b.blocks", offset: 0, length: 1 }))[0], 5);
  for (
    const place of [
      { key: "a/c.blocks", offset: 5, length: 6 },
      { key: "a/c.blocks", offset: 50, length: 6 },
      { key: "a/missing", offset: 0, length: 1 },
      { key: "../a/c.blocks", offset: 0, length: 1 },
    ]
  ) await assertRejects(() => depot.get(place), DepotError);
  await depot.remove("a/b.blocks");
  await depot.remove("a/b.blocks");
  await assertRejects(() => depot.get({ key: "a/b.blocks", offset: 0, length: 1 }), DepotError);
}

Deno.test("a folder is a depot", async () => {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-depot-" });
  await depotContract(openDepot(`folder:${folder}`));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a bucket is a depot; each request is signed, and tried again where it should be", async () => {
  await using s3 = startScriptedS3();
  const depot = openDepot(s3.url, s3Credentials);
  await depotContract(depot);
  s3.failures.push(503);
  await depot.put("again", bytes);
  assertEquals([...s3.objects.keys()], ["/bucket/kept/a/c.blocks", "/bucket/kept/again"]);
  const stranger = openDepot(s3.url, { ...s3Credentials, secretAccessKey: "guessed" });
  await assertRejects(() => stranger.put("more", bytes), DepotError, "403");
});

Deno.test("openDepot() refuses what it does not know, and a bucket without credentials", () => {
  for (const url of ["folder:", "s3://", "ftp://x/y", "s3://bucket/x"]) {
    assertThrows(() => openDepot(url), TypeError);
  }
});

Deno.test("history reads the same from a depot, reopens a block there, and empties it", async () => {
  await using s3 = startScriptedS3();
  const store = await openTestStore();
  const { db, append, sealer, history } = await openHistory(store);
  const depot = openDepot(s3.url, s3Credentials);
  const rows = ticksFrom(noon, 60_000, 2_000);
  for (let at = 0; at < rows.length; at += 10_000) {
    await append("EURUSD", `${at}`, rows.slice(at, at + 10_000));
  }
  await sealer.sealTicks();
  await append("EURUSD", "growing", ticksFrom(noon + 120_000_500, 5));
  const all = await readTicks(history, "EURUSD");
  const moved = await moveToDepot(db, depot, { before: noon + 100_000_000 });
  assert(moved.blocks === 3 && s3.objects.size === 2, `${moved.blocks}`); // February and March
  assertEquals(await moveToDepot(db, depot, { before: noon + 100_000_000 }), {
    blocks: 0,
    bytes: 0,
  });
  const distant = new BlockHistory(db, depot);
  assertEquals(await readTicks(distant, "EURUSD"), all);
  await assertRejects(() => readTicks(history, "EURUSD"), HistoryDamaged);
  await append("EURUSD", "late", [[noon + 1, 7, 8]]);
  await new Sealer(db, depot).sealTicks();
  const withLate = await readTicks(distant, "EURUSD");
  assertEquals(withLate, [all[0], [noon + 1, 7, 8], ...all.slice(1)]);
  const dropped = await new Retention(db, depot).drop("ticks", oldTicks);
  assertEquals(await removeUnused(db, depot), 2);
  assertEquals([dropped, s3.objects.size], [withLate.length, 0]);
  await store.close();
});

Deno.test("a block that is partly replaced moves again beside the object it left", async () => {
  await using s3 = startScriptedS3();
  const store = await openTestStore();
  const { db, append, sealer } = await openHistory(store);
  const depot = openDepot(s3.url, s3Credentials);
  const day = 86_400_000;
  const rows = [0, 1, 2].flatMap((n) => ticksFrom(noon + (n - 9) * day, 100));
  await append("EURUSD", "one", rows);
  await sealer.sealTicks();
  assertEquals((await moveToDepot(db, depot, { before: Infinity })).blocks, 3);
  const series = { symbol: "EURUSD" as Symbol, source: "test" };
  const range = { from: rows[10]![0], to: rows[20]![0] };
  const put = { series, range, ticks: pieces(rows.slice(10, 20)) };
  await new BlockHistoryWriter(depot).replaceTicks(db, put);
  assertEquals((await moveToDepot(db, depot, { before: Infinity })).blocks, 3);
  assertEquals(await readTicks(new BlockHistory(db, depot), "EURUSD"), rows);
  assertEquals([await removeUnused(db, depot), s3.objects.size], [0, 2]);
  await store.close();
});

/** The same depot, with something done between an object's arrival and the rows' forgetting. */
const meanwhile = (depot: BlockDepot, work: () => Promise<unknown>): BlockDepot => {
  let done = false;
  return {
    get: (place) => depot.get(place),
    remove: (key) => depot.remove(key),
    async put(key, bytes) {
      await depot.put(key, bytes);
      if (!done) await work();
      done = true;
    },
  };
};

Deno.test("a block that is partly replaced while it moves is kept, and moves as it then is", async () => {
  await using s3 = startScriptedS3();
  const store = await openTestStore();
  const { db, append, sealer, writer } = await openHistory(store);
  const depot = openDepot(s3.url, s3Credentials);
  const rows = ticksFrom(noon, 300);
  await append("EURUSD", "one", rows);
  await sealer.sealTicks();
  // The first half stays of the block, with its time and in its place.
  const newer = rows.slice(150).map(([at]) => [at, 7, 8] as const);
  const series = { symbol: "EURUSD" as Symbol, source: "test" };
  const range = { from: newer[0]![0], to: noon + hourMs };
  const busy = meanwhile(
    depot,
    () => writer.replaceTicks(db, { series, range, ticks: pieces(newer) }),
  );
  assertEquals((await moveToDepot(db, busy, { before: Infinity })).blocks, 2);
  const distant = new BlockHistory(db, depot);
  const expected = [...rows.slice(0, 150), ...newer];
  assertEquals(await readTicks(distant, "EURUSD"), expected);
  // Nothing lies in the object of before.
  assertEquals([await removeUnused(db, depot), s3.objects.size], [1, 1]);
  assertEquals(await readTicks(distant, "EURUSD"), expected);
  await store.close();
});

Deno.test("a block that a late tick reopens while it moves is kept, and moves as it then is", async () => {
  await using s3 = startScriptedS3();
  const store = await openTestStore();
  const { db, append, sealer } = await openHistory(store);
  const depot = openDepot(s3.url, s3Credentials);
  const [first, ...rest] = ticksFrom(noon, 300);
  await append("EURUSD", "one", [first!, ...rest]);
  await sealer.sealTicks();
  const late = [noon + 1, 7, 8] as const;
  const busy = meanwhile(depot, async () => {
    await append("EURUSD", "late", [late]);
    await sealer.sealTicks();
  });
  assertEquals((await moveToDepot(db, busy, { before: Infinity })).blocks, 1);
  assertEquals([await removeUnused(db, depot), s3.objects.size], [1, 1]);
  assertEquals(await readTicks(new BlockHistory(db, depot), "EURUSD"), [first!, late, ...rest]);
  await store.close();
});

Deno.test("an object whose blocks were never told of it is removed", async () => {
  await using s3 = startScriptedS3();
  const store = await openTestStore();
  const { db, append, sealer } = await openHistory(store);
  const depot = openDepot(s3.url, s3Credentials);
  const [first, ...rest] = ticksFrom(noon, 300);
  await append("EURUSD", "one", [first!, ...rest]);
  await sealer.sealTicks();
  const killed = meanwhile(depot, () => Promise.reject(new Error("killed")));
  await assertRejects(() => moveToDepot(db, killed, { before: Infinity }), Error, "killed");
  assertEquals(s3.objects.size, 1);
  const late = [noon + 1, 7, 8] as const;
  await append("EURUSD", "late", [late]);
  await sealer.sealTicks();
  assertEquals((await moveToDepot(db, depot, { before: Infinity })).blocks, 1);
  assertEquals([await removeUnused(db, depot), s3.objects.size], [1, 1]);
  assertEquals(await readTicks(new BlockHistory(db, depot), "EURUSD"), [first!, late, ...rest]);
  await store.close();
});

Deno.test("an object that is removed while blocks move there keeps none of them", async () => {
  await using s3 = startScriptedS3();
  const store = await openTestStore();
  const { db, append, sealer, history } = await openHistory(store);
  const depot = openDepot(s3.url, s3Credentials);
  await append("EURUSD", "one", ticksFrom(noon, 300));
  await sealer.sealTicks();
  const once = new AbortController();
  // After it was read back.
  const raced: BlockDepot = {
    put: (key, bytes) => depot.put(key, bytes),
    remove: (key) => depot.remove(key),
    async get(place) {
      const bytes = await depot.get(place);
      assertEquals(await removeUnused(db, depot), 1);
      once.abort();
      return bytes;
    },
  };
  const moved = await moveToDepot(db, raced, { before: Infinity, signal: once.signal });
  assertEquals(moved, { blocks: 0, bytes: 0 });
  assertEquals(await readTicks(history, "EURUSD"), ticksFrom(noon, 300));
  await store.close();
});

Deno.test("what is replaced whole is not opened, and the object it lay in is removed", async () => {
  await using s3 = startScriptedS3();
  const store = await openTestStore();
  const { db, writer, history } = await openHistory(store);
  const depot = openDepot(s3.url, s3Credentials);
  const bars = barColumns([[noon, 2, 3, 1, 2, 5], [noon + hourMs, 2, 3, 1, 2, 5]]);
  const range = { from: noon, to: noon + 2 * hourMs };
  const series = {
    ...{ symbol: "EURUSD" as Symbol, source: "test" },
    ...{ side: "bid", intervalMs: hourMs } as const,
  };
  await writer.replaceBars(db, { series, range, bars });
  await writer.replaceTicks(db, { series, range, ticks: pieces(ticksFrom(noon, 50)) });
  assertEquals((await moveToDepot(db, depot, { before: Infinity })).blocks, 2);
  assertEquals(await removeUnused(db, depot), 0);
  await writer.replaceBars(db, { series, range, bars });
  await writer.replaceTicks(db, { series, range, ticks: pieces(ticksFrom(noon, 50)) });
  assertEquals([await removeUnused(db, depot), s3.objects.size], [2, 0]);
  assertEquals(await readTicks(history, "EURUSD"), ticksFrom(noon, 50));
  await store.close();
});

Deno.test("an object that changed in the depot is told, and never read as ticks", async () => {
  await using s3 = startScriptedS3();
  const store = await openTestStore();
  const { db, append, sealer } = await openHistory(store);
  const depot = openDepot(s3.url, s3Credentials);
  await append("EURUSD", "one", ticksFrom(noon, 5_000));
  await sealer.sealTicks();
  await moveToDepot(db, depot, { before: Infinity });
  const [[path, object]] = [...s3.objects] as [[string, Uint8Array]];
  await append("EURUSD", "late", [[noon + 1, 7, 8]]);
  const state = async () =>
    (await sql<{ line: string }>`select b::text as line from timeseries.blocks b order by 1`
      .execute(db)).rows;
  const before = await state();
  const flipped = object.slice();
  flipped[20]! ^= 1;
  for (const [damaged, says] of [[flipped, "checksum"], [object.slice(0, -1), "bytes"]] as const) {
    s3.objects.set(path, damaged);
    const readers = [
      () => readTicks(new BlockHistory(db, depot), "EURUSD"),
      () => new Sealer(db, depot).sealTicks(),
      () => new Retention(db, depot).drop("ticks", oldTicks),
    ];
    for (const read of readers) {
      const error = await assertRejects(read, HistoryDamaged);
      assertStringIncludes(`${error}`, path.replace("/bucket/kept/", ""));
      assertStringIncludes(`${error}`, says);
    }
  }
  // Nobody took it for less than it was: all is there when the object is.
  assertEquals(await state(), before);
  s3.objects.set(path, object);
  assertEquals((await readTicks(new BlockHistory(db, depot), "EURUSD")).length, 5_001);
  await store.close();
});

Deno.test("a depot that takes nothing leaves history as it is", async () => {
  const store = await openTestStore();
  const { db, append, sealer, history } = await openHistory(store);
  const rows = ticksFrom(noon, 5_000);
  await append("EURUSD", "one", rows);
  await sealer.sealTicks();
  const depot = openDepot("folder:/dev/null/depot");
  await assertRejects(() => moveToDepot(db, depot, { before: Infinity }), DepotError);
  assertEquals(await readTicks(history, "EURUSD"), rows);
  await store.close();
});
