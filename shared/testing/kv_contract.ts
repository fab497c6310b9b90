/** What every key-value store promises, as steps of one test. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { ManualClock } from "../domain/time.ts";
import type { Entry, KeyValueStore } from "../kv/kv.ts";

type Case = (store: KeyValueStore, clock: ManualClock) => Promise<void>;

/** Runs every promise against one open store that tells time by `clock`, and closes it. */
export async function kvContract(
  t: Deno.TestContext,
  store: KeyValueStore,
  clock: ManualClock,
): Promise<void> {
  for (const [name, run] of Object.entries(cases)) await t.step(name, () => run(store, clock));
  await store.close();
  await store.close();
}

const cases: Record<string, Case> = {
  "get() answers what was set, and null for what was not or is deleted": async (store) => {
    const value = { text: "ü💱", big: 2n ** 70n, at: new Date(0), list: [1, null], map: new Map() };
    assertEquals(await store.get(["get", "a"]), null);
    await store.set(["get", "a"], value);
    assertEquals((await store.get(["get", "a"]))?.value, value);
    assertEquals((await store.get(["get", "a"]))?.key, ["get", "a"]);
    await store.delete(["get", "a"]);
    await store.delete(["get", "a"]);
    assertEquals(await store.get(["get", "a"]), null);
  },

  "set() replaces, with a new version": async (store) => {
    await store.set(["set"], 1);
    const first = await store.get(["set"]);
    await store.set(["set"], 2);
    const second = await store.get(["set"]);
    assertEquals(second?.value, 2);
    assertNotEquals(first?.version, second?.version);
  },

  "list() answers a prefix in order of its keys, `max` at most": async (store) => {
    for (const name of ["c", "a", "b"]) await store.set(["list", "in", name], name);
    await store.set(["list", "out"], "not this");
    const values = async (max: number) =>
      (await store.list<string>(["list", "in"], max)).map((entry) => entry.value);
    assertEquals(await values(10), ["a", "b", "c"]);
    assertEquals(await values(2), ["a", "b"]);
    assertEquals(await values(0), []);
    assertEquals(await store.list(["list", "nothing"], 5), []);
  },

  "compareAndSet() writes only over the version it was given": async (store) => {
    const key = ["compare"];
    const change = (version: string | null, value: string) =>
      store.compareAndSet({ key, version, value });
    assertEquals(await change("00000000000000000000", "x"), false);
    assertEquals(await change(null, "first"), true);
    assertEquals(await change(null, "again"), false);
    const version = (await store.get(key))!.version;
    assertEquals(await change(version, "second"), true);
    assertEquals(await change(version, "third"), false);
    assertEquals((await store.get(key))?.value, "second");
  },

  "of writers that compare at once, one wins": async (store) => {
    const wins = await Promise.all(
      Array.from(
        { length: 10 },
        (_, value) => store.compareAndSet({ key: ["race"], version: null, value }),
      ),
    );
    assertEquals(wins.filter(Boolean).length, 1);
    assertEquals((await store.get(["race"]))?.value, wins.indexOf(true));
  },

  "an entry is gone at its moment, to every way of reading": async (store, clock) => {
    const key = ["expire", "a"];
    await store.set(key, "short", { expireInMs: 60_000 });
    await store.set(["expire", "b"], "long");
    clock.advanceBy(59_999);
    assertEquals((await store.get(key))?.value, "short");
    clock.advanceBy(1);
    assertEquals(await store.get(key), null);
    assertEquals((await store.list(["expire"], 9)).map((entry) => entry.value), ["long"]);
    const anew = { key, version: null, value: "anew", expireInMs: 60_000 };
    assertEquals(await store.compareAndSet(anew), true);
    assertEquals((await store.get(key))?.value, "anew");
    await store.set(key, "stays");
    clock.advanceBy(100_000);
    assertEquals((await store.get(key))?.value, "stays");
  },

  "watch() answers the entries now and after a change, until the abort": async (store) => {
    await store.set(["watch", "a"], 1);
    const stop = new AbortController();
    const keys = [["watch", "a"], ["watch", "b"]];
    const seen = store.watch<number>(keys, stop.signal)[Symbol.asyncIterator]();
    assertEquals(await valuesOf(seen), [1, undefined]);
    await store.set(["watch", "b"], 2);
    assertEquals(await valuesOf(seen), [1, 2]);
    await store.delete(["watch", "a"]);
    assertEquals(await valuesOf(seen), [undefined, 2]);
    const ended = seen.next();
    stop.abort();
    assert((await ended).done);
  },
};

async function valuesOf(
  seen: AsyncIterator<(Entry<number> | null)[]>,
): Promise<(number | undefined)[]> {
  const { value } = await seen.next();
  return (value as (Entry<number> | null)[]).map((entry) => entry?.value);
}
