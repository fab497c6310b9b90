import { setImmediate } from "node:timers";
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { epochMs } from "../domain/time.ts";
import { pause, scaledTimer, systemTimer, uuidIds, uuidsOf, virtualTimer } from "./time.ts";

const start = epochMs(Date.UTC(2019, 1, 4));
const never = new AbortController().signal;

Deno.test("pause() ends early on abort, at once when aborted, and never rejects", async () => {
  const abort = new AbortController();
  const long = pause(3_600_000, abort.signal);
  abort.abort(new Error("stop"));
  await long;
  await pause(3_600_000, abort.signal);
  await pause(0, never);
});

Deno.test("virtualTimer() jumps to the moment waited for, never back, and lets other work run", async () => {
  const timer = virtualTimer(start);
  let turns = 0;
  setImmediate(() => turns++);
  await timer.sleepUntil(epochMs(start + 86_400_000), never);
  assertEquals([timer.now(), turns], [start + 86_400_000, 1]);
  await timer.sleepUntil(start, never);
  assertEquals(timer.now(), start + 86_400_000);
  await timer.sleepUntil(epochMs(start + 2 * 86_400_000), AbortSignal.abort());
  assertEquals(timer.now(), start + 86_400_000);
});

Deno.test("scaledTimer() runs as many times faster, from its start", async () => {
  const timer = scaledTimer(start, 10_000);
  const until = epochMs(timer.now() + 20_000);
  await timer.sleepUntil(until, never);
  assert(timer.now() >= until);
  assertThrows(() => scaledTimer(start, 0), RangeError, "speed 0");
});

Deno.test("systemTimer waits until the moment asked for, and not for one that has passed", async () => {
  const until = epochMs(systemTimer.now() + 5);
  await systemTimer.sleepUntil(until, never);
  assert(systemTimer.now() >= until);
  await systemTimer.sleepUntil(start, never);
});

Deno.test("uuidIds makes UUID v7 of now, in order", () => {
  const before = Date.now();
  const ids = Array.from({ length: 20_000 }, () => uuidIds.next());
  for (const id of ids) {
    assertMatch(id, /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  }
  assertEquals(ids, [...new Set(ids)].sort());
  assert(parseInt(ids[0]!.replaceAll("-", "").slice(0, 12), 16) >= before);
});

Deno.test("uuidsOf() stays in order when its counter is spent and when the clock goes back", () => {
  let now = 1_000_000;
  const ids = uuidsOf(() => now);
  const made = Array.from({ length: 5_000 }, () => ids.next());
  now = 999_000;
  made.push(ids.next(), ids.next());
  now = 2_000_000;
  made.push(ids.next());
  assertEquals(made, [...new Set(made)].sort());
});
