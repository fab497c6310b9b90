import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { seededRandom } from "../domain/random.ts";
import { eventually } from "../testing/eventually.ts";
import { BulkheadFull, CircuitOpen, NonRetryable, Retryable, TimedOut } from "./errors.ts";
import { createPolicy, type RetryOptions } from "./policies.ts";

const retry: RetryOptions = {
  retriesMax: 3,
  delayMs: 1,
  delayMsMax: 4,
  random: seededRandom("retry"),
};

/** Work that fails with each error in turn, then succeeds; counts its calls. */
function failing(...errors: Error[]) {
  const work = Object.assign(() => {
    const error = errors[work.calls++];
    return error === undefined ? Promise.resolve("done") : Promise.reject(error);
  }, { calls: 0 });
  return work;
}

const waits = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

Deno.test("execute() retries what is Retryable, at most retriesMax times", async () => {
  const policy = createPolicy({ retry });
  const twice = failing(new Retryable("busy"), new Retryable("busy", { afterMs: 2 }));
  assertEquals([await policy.execute(twice), twice.calls], ["done", 3]);
  const always = failing(...Array.from({ length: 9 }, () => new Retryable("busy")));
  await assertRejects(() => policy.execute(always), Retryable, "busy");
  assertEquals(always.calls, 4);
});

Deno.test("execute() retries nothing else", async () => {
  const policy = createPolicy({ retry });
  for (const error of [new NonRetryable("no"), new TypeError("bug")]) {
    const work = failing(error);
    assertEquals(await assertRejects(() => policy.execute(work)), error);
    assertEquals(work.calls, 1);
  }
});

Deno.test("execute() times out and aborts the attempt; only idempotent work is tried again", async () => {
  let aborted = 0;
  const work = (signal: AbortSignal) => {
    signal.addEventListener("abort", () => aborted++);
    return waits(signal);
  };
  await assertRejects(() => createPolicy({ retry, timeoutMs: 5 }).execute(work), TimedOut);
  assertEquals(aborted, 1);
  const idempotent = createPolicy({ retry: { ...retry, timeouts: true }, timeoutMs: 5 });
  await assertRejects(() => idempotent.execute(work), TimedOut);
  assertEquals(aborted, 5);
});

Deno.test("execute() opens the circuit after failures in a row, tries one, and closes on success", async () => {
  const policy = createPolicy({ breaker: { failuresMax: 2, cooldownMs: 20 } });
  const down = () => Promise.reject(new Retryable("down"));
  for (let at = 0; at < 2; at++) await assertRejects(() => policy.execute(down), Retryable);
  assertEquals(policy.breakerState, "open");
  const work = failing();
  await assertRejects(() => policy.execute(work), CircuitOpen);
  assertEquals(work.calls, 0);
  // Past the cooldown one call is let through; it fails, so the circuit is open again.
  await eventually(() => assertRejects(() => policy.execute(down), Retryable), { everyMs: 5 });
  assertEquals(policy.breakerState, "open");
  await eventually(() => policy.execute(work), { everyMs: 5 });
  assertEquals([policy.breakerState, work.calls], ["closed", 1]);
});

Deno.test("execute() counts neither a refusal nor a caller's cancel against the circuit", async () => {
  const policy = createPolicy({ breaker: { failuresMax: 1, cooldownMs: 60_000 } });
  await assertRejects(() => policy.execute(failing(new NonRetryable("bad order"))), NonRetryable);
  const caller = new AbortController();
  const done = policy.execute(waits, caller.signal);
  caller.abort(new Error("gone"));
  await assertRejects(() => done, Error, "gone");
  await assertRejects(() => policy.execute(waits, caller.signal), Error, "gone");
  assertEquals(policy.breakerState, "closed");
});

Deno.test("execute() refuses at once when the bulkhead is full, and lets the waiting in turn", async () => {
  const policy = createPolicy({ bulkhead: { concurrentMax: 1, waitingMax: 1 } });
  const gate = Promise.withResolvers<string>();
  const first = policy.execute(() => gate.promise);
  const second = policy.execute(() => Promise.resolve("second"));
  await assertRejects(() => policy.execute(() => Promise.resolve("third")), BulkheadFull);
  gate.resolve("first");
  assertEquals(await Promise.all([first, second]), ["first", "second"]);
});

Deno.test("createPolicy() throws a RangeError naming an option that is not positive", () => {
  assertThrows(() => createPolicy({ timeoutMs: 0 }), RangeError, "timeoutMs 0");
  assert(createPolicy({}).breakerState === "closed");
});
