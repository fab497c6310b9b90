import { assert, assertEquals } from "@std/assert";
import { TradingHours } from "../../domain/fx_week.ts";
import { type EpochMs, epochMs, parseRfc3339, type Timer } from "../../domain/time.ts";
import { scaledTimer, virtualTimer } from "../../runtime/time.ts";
import type { TickBatch } from "../venue.ts";
import { createSimulator, type SimulatorOptions } from "./simulator.ts";

const at = (text: string): EpochMs => parseRfc3339(text)!;
const hours = new TradingHours();

async function run(
  timer: Timer,
  count: number,
  options: Partial<SimulatorOptions> = {},
): Promise<TickBatch[]> {
  const batches: TickBatch[] = [];
  const venue = createSimulator({ seed: "seed", hours, timer, ...options });
  for await (const batch of venue.ticks(new AbortController().signal)) {
    batches.push(batch);
    if (batches.length === count) break;
  }
  return batches;
}

Deno.test("the simulator gives the same ticks on any clock", async () => {
  const start = at("2026-01-14T13:00:00Z");
  const virtual = await run(virtualTimer(start), 30);
  const paced = { startAt: start, behindMsMax: Infinity };
  assertEquals(await run(scaledTimer(start, 50), 30, paced), virtual);
  assertEquals(await run(virtualTimer(start), 30), virtual);
});

Deno.test("batches come every flush, on the clock's time", async () => {
  const timer = virtualTimer(at("2026-01-14T13:00:00.030Z"));
  const batches = await run(timer, 20, { flushMs: 250 });
  assertEquals(batches[0]!.time, at("2026-01-14T13:00:00.250Z"));
  assertEquals(timer.now(), batches.at(-1)!.time);
  for (let i = 1; i < 20; i++) assertEquals(batches[i]!.time - batches[i - 1]!.time, 250);
});

Deno.test("a closed market gives empty heartbeats, a second apart", async () => {
  const batches = await run(virtualTimer(at("2026-01-17T12:00:00Z")), 10);
  assert(batches.every((batch) => batch.ticks.length === 0));
  assertEquals(batches[9]!.time - batches[0]!.time, 9_000);
});

Deno.test("at full speed closed hours are jumped over", async () => {
  const timer = virtualTimer(at("2026-01-16T21:59:59.700Z"));
  const batches = await run(timer, 6, { closedHeartbeatMs: Infinity });
  assertEquals(batches.map((batch) => batch.time), [
    at("2026-01-16T21:59:59.800Z"),
    at("2026-01-16T21:59:59.900Z"),
    at("2026-01-18T22:00:00Z"),
    at("2026-01-18T22:00:00.100Z"),
    at("2026-01-18T22:00:00.200Z"),
    at("2026-01-18T22:00:00.300Z"),
  ]);
});

/** A clock that a test pushes forward, as a suspended machine's does. */
class JumpingTimer implements Timer {
  #now: EpochMs;
  constructor(now: EpochMs) {
    this.#now = now;
  }
  now(): EpochMs {
    return this.#now;
  }
  jump(ms: number): void {
    this.#now = epochMs(this.#now + ms);
  }
  sleepUntil(time: EpochMs, _signal: AbortSignal): Promise<void> {
    if (time > this.#now) this.#now = time;
    return Promise.resolve();
  }
}

Deno.test("after a suspended hour the ticks missed are not told, and the next are the same", async () => {
  const start = at("2026-01-14T13:00:00Z");
  const timer = new JumpingTimer(start);
  const venue = createSimulator({ seed: "seed", hours, timer });
  const stop = new AbortController();
  let jumped = false;
  for await (const batch of venue.ticks(stop.signal)) {
    if (!jumped) {
      timer.jump(600_000);
      jumped = true;
      continue;
    }
    const late = timer.now() - batch.time;
    assert(late <= 2_000, `${late} ms late`);
    const steps = (batch.time - start) / 100;
    assertEquals((await run(virtualTimer(start), steps)).at(-1), batch);
    stop.abort();
  }
});

Deno.test("an abort ends the ticks", async () => {
  const stop = new AbortController();
  const timer = scaledTimer(at("2026-01-14T13:00:00Z"), 1);
  let batches = 0;
  for await (const _ of createSimulator({ seed: "s", hours, timer }).ticks(stop.signal)) {
    batches++;
    stop.abort();
  }
  assertEquals(batches, 1);
});
