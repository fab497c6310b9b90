import { assert, assertEquals, assertRejects } from "@std/assert";
import { TradingHours } from "../../domain/fx_week.ts";
import { price, type Symbol } from "../../domain/instrument.ts";
import { type EpochMs, epochMs, parseRfc3339, type Timer } from "../../domain/time.ts";
import { scaledTimer, virtualTimer } from "../../runtime/time.ts";
import { memoryFile } from "../../testing/source_files.ts";
import { dataTest } from "../../testing/test_data.ts";
import type { Tick, TickBatch } from "../venue.ts";
import { createReplay, openReplay, type ReplayOptions } from "./replay.ts";

const at = (text: string): EpochMs => parseRfc3339(text)!;
const wednesday = at("2026-01-14T13:00:00Z");
const hours = new TradingHours();

const tickAt = (venueTime: number): Tick => ({
  symbol: "EURUSD" as Symbol,
  bid: price(110_000),
  ask: price(110_010),
  venueTime: epochMs(venueTime),
});

function replay(
  times: readonly number[],
  options: Partial<ReplayOptions> & { timer?: Timer } = {},
) {
  const ticks = times.map(tickAt);
  const file = memoryFile(ticks);
  const timer = options.timer ?? virtualTimer(ticks[0]!.venueTime);
  return {
    timer,
    venue: createReplay([file], timer, { hours, closedHeartbeatMs: Infinity, ...options }),
  };
}

const offsets = (batches: readonly TickBatch[], from: number): [number, number][] =>
  batches.map((batch) => [batch.time - from, batch.ticks.length]);

const collect = (venue: { ticks(signal: AbortSignal): AsyncIterable<TickBatch> }) =>
  Array.fromAsync(venue.ticks(new AbortController().signal));

Deno.test("ticks of one interval share a batch, and the batch has the last one's time", async () => {
  const times = [0, 40, 99, 100, 250, 260].map((ms) => wednesday + ms);
  assertEquals(offsets(await collect(replay(times).venue), wednesday), [
    [99, 3],
    [100, 1],
    [260, 2],
  ]);
});

Deno.test("a batch holds no more ticks than its maximum", async () => {
  const times = Array.from({ length: 7 }, () => wednesday);
  const batches = await collect(replay(times, { ticksMax: 3 }).venue);
  assertEquals(offsets(batches, wednesday), [[0, 3], [0, 3], [0, 1]]);
});

Deno.test("a gap is filled with heartbeats while the market is open", async () => {
  const batches = await collect(replay([wednesday, wednesday + 3_500]).venue);
  assertEquals(offsets(batches, wednesday), [
    [0, 1],
    [1_000, 0],
    [2_000, 0],
    [3_000, 0],
    [3_500, 1],
  ]);
});

Deno.test("at full speed a weekend and a hole in the recording are jumped over", async () => {
  const friday = at("2026-01-16T21:59:58.500Z");
  const sunday = at("2026-01-18T22:00:01Z");
  const times = [friday, sunday, sunday + 5 * 3_600_000];
  const { venue, timer } = replay(times);
  assertEquals((await collect(venue)).map((batch) => batch.time), times.map(epochMs));
  assertEquals(timer.now(), times[2]);
});

Deno.test("a closed stretch shorter than an hour gets no heartbeats at full speed", async () => {
  const early = new TradingHours({ closedDays: [], earlyCloses: { "2026-01-14": "16:30" } });
  const close = at("2026-01-14T21:30:00Z");
  const opening = at("2026-01-14T22:00:00Z");
  const times = [close - 1_500, opening + 1_500];
  const batches = await collect(replay(times, { hours: early }).venue);
  assertEquals(offsets(batches, close), [
    [-1_500, 1],
    [-500, 0],
    [1_800_000, 0],
    [1_801_000, 0],
    [1_801_500, 1],
  ]);
});

Deno.test("below full speed closed hours pass with the heartbeats asked for", async () => {
  const friday = at("2026-01-16T21:59:59Z");
  const sunday = at("2026-01-18T22:00:01Z");
  const closedHeartbeatMs = 12 * 3_600_000;
  const batches = await collect(replay([friday, sunday], { closedHeartbeatMs }).venue);
  assertEquals(offsets(batches, friday).slice(0, 4), [
    [0, 1],
    [1_000, 0],
    [1_000 + closedHeartbeatMs, 0],
    [1_000 + 2 * closedHeartbeatMs, 0],
  ]);
});

Deno.test("an abort ends the ticks, in the middle of a wait too", async () => {
  const stop = new AbortController();
  const timer = scaledTimer(wednesday, 1);
  const { venue } = replay([wednesday, wednesday + 60_000], { timer, heartbeatMs: 60_000 });
  const batches: TickBatch[] = [];
  for await (const batch of venue.ticks(stop.signal)) {
    batches.push(batch);
    setTimeout(() => stop.abort(), 5);
  }
  assertEquals(batches.length, 1);
});

Deno.test("a paced replay waits for the time of each batch", async () => {
  const times = [0, 150, 320].map((ms) => wednesday + ms);
  const timer = scaledTimer(wednesday, 10);
  const { venue } = replay(times, { timer });
  for await (const batch of venue.ticks(new AbortController().signal)) {
    assert(timer.now() >= batch.time);
  }
});

Deno.test("the heartbeats and ticks of a replay never go back in time", async () => {
  const times = Array.from({ length: 300 }, (_, i) => wednesday + Math.floor(i ** 1.9) * 7);
  const batches = await collect(replay(times).venue);
  for (let i = 1; i < batches.length; i++) {
    const step = batches[i]!.time - batches[i - 1]!.time;
    assert(step >= 0 && step <= 1_000);
  }
  assertEquals(batches.flatMap((batch) => batch.ticks).length, 300);
});

Deno.test("openReplay() refuses a path without ticks by name", async () => {
  const options = { hours, closedHeartbeatMs: Infinity, timerFrom: virtualTimer };
  await assertRejects(() => openReplay("/no/such/folder", options), Error, "/no/such/folder");
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/EURUSD/2020/02/04`, { recursive: true });
  await Deno.writeFile(`${folder}/EURUSD/2020/02/04/00h_ticks.bi5`, new Uint8Array());
  await assertRejects(() => openReplay(folder, options), Error, "hold no ticks");
  await Deno.remove(folder, { recursive: true });
});

dataTest(
  "a Dukascopy day replays at full speed, every tick, on its own clock",
  "dukascopy",
  async (path) => {
    const options = { hours, closedHeartbeatMs: Infinity, timerFrom: virtualTimer };
    const { venue, timer } = await openReplay(path, options);
    assertEquals(timer.now() >= at("2019-02-04T00:00:00Z"), true);
    let ticks = 0;
    for await (const batch of venue.ticks(new AbortController().signal)) {
      assertEquals(timer.now(), batch.time);
      ticks += batch.ticks.length;
    }
    assertEquals(ticks, 136_741);
  },
);
