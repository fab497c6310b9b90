import { assertEquals } from "@std/assert";
import { holdLease } from "./hold_lease.ts";

function held(beat: () => Promise<boolean>, leaseMs = 20) {
  const work = new AbortController();
  const errors: unknown[] = [];
  const lease = { beat, beatEveryMs: 1, leaseMs, onError: (one: unknown) => errors.push(one) };
  return { work, errors, holding: holdLease(lease, work) };
}
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve());
  });

Deno.test("holdLease() ends the work once the lease belongs to another", async () => {
  let beats = 0;
  const { work, holding } = held(() => Promise.resolve(++beats < 5));
  await holding;
  assertEquals([work.signal.aborted, beats], [true, 5]);
});

Deno.test("holdLease() ends the work when no beat can be sent, or none is answered", async () => {
  const refused = held(() => Promise.reject(new Error("no database")));
  await refused.holding;
  assertEquals(refused.work.signal.aborted, true);
  assertEquals(refused.errors.length > 0, true);
  const answer = Promise.withResolvers<boolean>();
  const unanswered = held(() => answer.promise);
  await aborted(unanswered.work.signal);
  answer.resolve(true);
  await unanswered.holding;
});

Deno.test("holdLease() goes on through single failures, until the work has ended", async () => {
  let beats = 0;
  const { work, holding } = held(() => {
    beats++;
    if (beats === 40) work.abort();
    return beats % 2 === 0 ? Promise.resolve(true) : Promise.reject(new Error("once"));
  }, 60_000);
  await holding;
  assertEquals(beats, 40);
});
