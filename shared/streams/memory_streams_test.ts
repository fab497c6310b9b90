import { assertEquals, assertRejects } from "@std/assert";
import { epochMs, ManualClock } from "../domain/time.ts";
import { streamsContract } from "../testing/streams_contract.ts";
import { openStreams } from "./open_streams.ts";

const wallClock = { now: () => epochMs(Date.now()) };

Deno.test("memory streams keep the port's promises", async (t) => {
  await streamsContract(t, () => openStreams("memory:", { clock: wallClock }));
});

Deno.test("memory streams redeliver by the clock they are given", async () => {
  const clock = new ManualClock(epochMs(1_000));
  const streams = await openStreams("memory:", { clock });
  const options = { topic: "t", group: "g", consumer: "c", redeliverAfterMs: 100 };
  const reader = await streams.consumer({ ...options, from: "start" });
  await streams.publish("t", ["a"], 10);
  const deliveries = async () =>
    (await reader.read({ max: 1, blockMs: 0 })).map((entry) => entry.deliveries);
  assertEquals(await deliveries(), [1]);
  clock.advanceBy(99);
  assertEquals(await deliveries(), []);
  clock.advanceBy(1);
  assertEquals(await deliveries(), [2]);
  await streams.close();
});

Deno.test("memory streams begin anew after an id of an earlier run", async () => {
  const clock = new ManualClock(epochMs(1_000));
  const streams = await openStreams("memory:", { clock });
  await streams.publish("t", ["a"], 10);
  const { signal } = new AbortController();
  const after = { after: "999-57" };
  for await (const batch of await streams.subscribe({ topic: "t", from: after, max: 9, signal })) {
    assertEquals(batch.map((entry) => entry.body), ["a"]);
    break;
  }
  await streams.close();
});

Deno.test("openStreams() refuses a URL it does not know, or Upstash's without a token", async () => {
  for (const url of ["kafka://x", "memory", "https://host"]) {
    await assertRejects(() => openStreams(url, { clock: wallClock }), TypeError);
  }
});
