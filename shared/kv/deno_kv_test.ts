import { assertEquals } from "@std/assert";
import { epochMs, ManualClock } from "../domain/time.ts";
import { kvContract } from "../testing/kv_contract.ts";
import { openDenoKv } from "./deno_kv.ts";

const newClock = () => new ManualClock(epochMs(1_700_000_000_000));

Deno.test("openDenoKv() keeps the port's promises", async (t) => {
  const clock = newClock();
  await kvContract(t, await openDenoKv(":memory:", { clock }), clock);
});

Deno.test("openDenoKv() of a file keeps its entries over a restart", async () => {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-kv-" });
  const open = () => openDenoKv(`${folder}/kv`, { clock: newClock() });
  const store = await open();
  await store.set(["a"], "kept");
  await store.close();
  const again = await open();
  assertEquals((await again.get(["a"]))?.value, "kept");
  await again.close();
  await Deno.remove(folder, { recursive: true });
});
