// Goal: two copies never run one import, and one that lost its lease changes nothing any more.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { sql } from "kysely";
import { migrate } from "../../../shared/storage/migrate.ts";
import { openTestStore } from "../../../shared/testing/memory_store.ts";
import { type ImportRequest, ImportStore, type Lease, LeaseLost } from "./import_store.ts";
import { type PipelineDatabase, pipelineMigrations, pipelineSchema } from "./tables.ts";

const request: ImportRequest = {
  ...{ path: "a.csv", format: null, clock: null, source: null, symbol: null },
  ...{ columns: null, csv: null, gates: {}, unreadable: "stop" },
};
const told = {
  bytesDone: 1,
  currentFile: "a.csv",
  rowsPerSecond: 2,
  secondsLeft: null,
  download: null,
};

Deno.test("an import has one runner at a time, and one that lost it changes nothing", async () => {
  const store = await openTestStore();
  await migrate(store, pipelineSchema, pipelineMigrations);
  const db = store.database<PipelineDatabase>(pipelineSchema);
  const imports = new ImportStore(db);
  const leaseOf = async (owner: string): Promise<Lease | null> => {
    const row = await imports.claim(owner, 1_000);
    return row === null ? null : { importId: row.import_id, owner, attempt: row.attempt };
  };
  await imports.insert("a", request, 1);
  await imports.insert("b", request, 2);
  const claims = await Promise.all(["one", "two", "three"].map(leaseOf));
  assertEquals(claims.map((lease) => lease?.importId ?? null), ["a", "b", null]);
  const first = claims[0]!;
  assertEquals(await imports.beat(first, told), { cancelAsked: false });

  // Its process is silent for longer than the lease.
  await sql`update pipeline.imports set lease_until = now() - interval '1 second'
    where import_id = 'a'`.execute(db);
  const second = (await leaseOf("two"))!;
  assertEquals([second.importId, second.attempt], ["a", 2]);
  await assertRejects(() => imports.beat(first, told), LeaseLost);
  await assertRejects(() => imports.plan(first, { files: [], notes: [] }), LeaseLost);
  const done = { state: "done", error: null, now: 5 } as const;
  await assertRejects(() => imports.end(first, done), LeaseLost);
  await imports.yield(first);
  assertEquals((await imports.find("a"))!.state, "running");

  await imports.plan(second, { files: [{ path: "a.csv", bytes: 10 }], notes: ["one"] });
  assert((await imports.cancel("a", 6)) !== null);
  assertEquals(await imports.beat(second, told), { cancelAsked: true });
  await imports.end(second, { ...done, state: "canceled", notes: ["two"] });
  const ended = (await imports.find("a"))!;
  assertEquals([ended.state, ended.notes, ended.lease_owner], ["canceled", ["one", "two"], null]);
  assertEquals(await imports.cancel("a", 7), null);
  await assertRejects(() => imports.end(second, done), LeaseLost);

  // A runner that is asked to stop gives its import back at once.
  await imports.yield(claims[1]!);
  assertEquals((await leaseOf("four"))!.importId, "b");
  await store.close();
});
