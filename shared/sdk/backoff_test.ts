import fc from "fast-check";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { backoffMs, machineRandom, wait } from "./backoff.ts";

Deno.test("backoffMs() doubles up to its bound, spread over the upper half", () => {
  const limits = { baseMs: 100, delayMsMax: 1_000 };
  assertEquals([0, 1, 2, 3, 4, 5].map((n) => backoffMs(n, limits, () => 0)), [
    50,
    100,
    200,
    400,
    500,
    500,
  ]);
  fc.assert(fc.property(
    fc.nat(10_000),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    (attempt, random) => {
      const delay = backoffMs(attempt, limits, () => random);
      assert(delay >= 50 && delay <= 1_000);
    },
  ));
});

Deno.test("machineRandom() is in [0, 1)", () => {
  for (let i = 0; i < 100; i++) {
    const random = machineRandom();
    assert(random >= 0 && random < 1);
  }
});

Deno.test("wait() rejects with the signal's reason, before and while it waits", async () => {
  await assertRejects(() => wait(60_000, AbortSignal.abort(new Error("before"))), Error, "before");
  const controller = new AbortController();
  const waiting = wait(60_000, controller.signal);
  controller.abort(new Error("meanwhile"));
  await assertRejects(() => waiting, Error, "meanwhile");
  await wait(0, new AbortController().signal);
});
