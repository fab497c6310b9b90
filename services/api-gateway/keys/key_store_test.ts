import { assertEquals } from "@std/assert";
import type { Entry, KeyValueStore } from "../../../shared/kv/kv.ts";
import { openDenoKv } from "../../../shared/kv/deno_kv.ts";
import { systemTimer } from "../../../shared/runtime/time.ts";
import type { KeyRecord } from "./key_registry.ts";
import { createKeyStore } from "./key_store.ts";

const record = (keyId: string): KeyRecord => ({
  keyId,
  name: keyId,
  hash: "",
  permissions: [],
  accounts: [],
  createdAt: "2026-01-01T00:00:00.000Z",
});

Deno.test("a slow read of the keys does not undo a later change", async () => {
  const kv = await openDenoKv(":memory:", { clock: systemTimer });
  const slow = Promise.withResolvers<void>();
  const hold = { first: true };
  // The real store, but its first list is answered late, with what it held when it was asked.
  const late: KeyValueStore = Object.assign(Object.create(kv), {
    get: kv.get.bind(kv),
    set: kv.set.bind(kv),
    delete: kv.delete.bind(kv),
    watch: kv.watch.bind(kv),
    async list<T>(prefix: string[], max: number): Promise<Entry<T>[]> {
      const entries = await kv.list<T>(prefix, max);
      if (hold.first) {
        hold.first = false;
        await slow.promise;
      }
      return entries;
    },
  });
  let obeyed: string[] = [];
  const keys = createKeyStore(late, (records) => (obeyed = records.map((one) => one.keyId)));
  const stop = new AbortController();
  const following = keys.follow(stop.signal);
  while (hold.first) await new Promise((resolve) => setTimeout(resolve, 1));
  await keys.put(record("new"));
  assertEquals(obeyed, ["new"]);
  slow.resolve();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(obeyed, ["new"]);
  stop.abort();
  await following;
  await kv.close();
});
