import { assertEquals, assertRejects } from "@std/assert";
import { TradingHours } from "../domain/fx_week.ts";
import { type EpochMs, epochMs } from "../domain/time.ts";
import { scaledTimer, systemTimer, virtualTimer } from "../runtime/time.ts";
import { openPriceVenue, type OpenVenueOptions } from "./open_venue.ts";

const start = epochMs(Date.UTC(2026, 0, 14, 13));

function options(speed: number | "max"): { made: string[]; options: OpenVenueOptions } {
  const made: string[] = [];
  const timers = {
    system: systemTimer,
    scaled(startAt: EpochMs, speed: number) {
      made.push(`scaled ${speed}`);
      return scaledTimer(startAt, speed);
    },
    virtual(startAt: EpochMs) {
      made.push("virtual");
      return virtualTimer(startAt);
    },
  };
  return { made, options: { seed: "s", speed, hours: new TradingHours(), timers } };
}

Deno.test("the simulator runs on the machine's clock, a scaled one, or a virtual one", async () => {
  const real = await openPriceVenue("simulator", options(1).options);
  assertEquals([real.venue.name, real.venue.pausable], ["simulator", false]);
  assertEquals(real.timer, systemTimer);
  const fast = options(20);
  await openPriceVenue("simulator", fast.options);
  assertEquals(fast.made, ["scaled 20"]);
  const max = options("max");
  assertEquals((await openPriceVenue("simulator", max.options)).venue.pausable, true);
  assertEquals(max.made, ["virtual"]);
});

Deno.test("a replay's clock starts at its first tick, at real pace too", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/EURUSD.csv`;
  await Deno.writeTextFile(path, `time,bid,ask\n${start},1.1,1.2\n${start + 500},1.1,1.2\n`);
  const real = options(1);
  const { venue, timer } = await openPriceVenue(`replay:${folder}`, real.options);
  assertEquals(real.made, ["scaled 1"]);
  assertEquals(timer.now() - start < 60_000, true);
  assertEquals([venue.name, venue.pausable], ["replay", true]);
  const max = await openPriceVenue(`replay:${path}`, options("max").options);
  const batches = await Array.fromAsync(max.venue.ticks(new AbortController().signal));
  assertEquals(batches.map((batch) => batch.time - start), [0, 500]);
  assertEquals(max.timer.now(), epochMs(start + 500));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("an unknown venue and an impossible speed are refused by name", async () => {
  await assertRejects(() => openPriceVenue("oanda", options(1).options), Error, '"oanda"');
  await assertRejects(
    () => openPriceVenue("replay:/nowhere", options(1).options),
    Error,
    "nowhere",
  );
  for (const speed of [0, -1, Number.NaN, Infinity]) {
    await assertRejects(() => openPriceVenue("simulator", options(speed).options), RangeError);
  }
});
