import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { price, type Symbol } from "../../domain/instrument.ts";
import { seededRandom } from "../../domain/random.ts";
import { type EpochMs, epochMs, ManualClock } from "../../domain/time.ts";
import { eventually } from "../../testing/eventually.ts";
import { ManualTimer } from "../../testing/manual_timer.ts";
import type { PriceVenue, Tick, TickBatch } from "../venue.ts";
import { createCompositeVenue } from "./composite_venue.ts";

const start = epochMs(Date.UTC(2026, 0, 14, 13));
const symbol = "EURUSD" as Symbol;

/** A venue that says what a test has it say. */
class Spoken implements PriceVenue {
  readonly name = "spoken";
  readonly pausable = false;
  readonly clockMsMax = 5_000;
  #say: ((batch: TickBatch | Error) => void) | null = null;

  async *ticks(signal: AbortSignal): AsyncGenerator<TickBatch> {
    const waiting: (TickBatch | Error)[] = [];
    let wake = Promise.withResolvers<void>();
    this.#say = (batch) => {
      waiting.push(batch);
      wake.resolve();
    };
    signal.addEventListener("abort", () => wake.resolve());
    while (!signal.aborted) {
      const next = waiting.shift();
      if (next instanceof Error) throw next;
      if (next !== undefined) yield next;
      else {
        await wake.promise;
        wake = Promise.withResolvers();
      }
    }
  }

  async say(batch: TickBatch | Error): Promise<void> {
    await eventually(() => this.#say !== null, { everyMs: 1 });
    this.#say!(batch);
  }
}

const tick = (bid: number, ask: number, at: number = start): Tick => ({
  symbol,
  bid: price(bid),
  ask: price(ask),
  venueTime: epochMs(at),
});

function compose(weights: readonly number[]) {
  const clock = new ManualClock(start);
  const steady = new ManualTimer(epochMs(1_000_000));
  const venues = weights.map(() => new Spoken());
  const counts: string[] = [];
  const composite = createCompositeVenue({
    sources: venues.map((venue, at) => ({
      name: `s${at}`,
      weight: weights[at]!,
      ageMsMax: 30_000,
      venue,
    })),
    clock,
    steady,
    random: seededRandom("composite"),
    watch: {
      refused: () => {},
      note: () => {},
      count: (what, label) => void counts.push(`${what} ${label}`),
    },
  });
  const abort = new AbortController();
  const said: string[] = [];
  const reading = (async () => {
    for await (const { ticks, withdrawn = [] } of composite.ticks(abort.signal)) {
      for (const one of withdrawn) said.push(`withdrawn ${one}`);
      for (const { bid, ask } of ticks) said.push(`${bid} ${ask}`);
    }
  })();
  return {
    venues,
    counts,
    said,
    async say(at: number, ticks: readonly Tick[], over: Partial<TickBatch> = {}) {
      await venues[at]!.say({ time: clock.now() as EpochMs, ticks, ...over });
      await steady.advanceBy(1);
    },
    async advance(ms: number) {
      clock.advanceBy(ms);
      await steady.advanceBy(ms);
    },
    async [globalThis.Symbol.asyncDispose]() {
      abort.abort();
      await reading;
    },
  };
}

Deno.test("the composite gives the best of its sources, and counts who made each side", async () => {
  await using one = compose([1, 1]);
  await one.say(0, [tick(100, 110)]);
  await one.say(1, [tick(104, 112)]);
  await one.say(1, [tick(103, 113)]);
  assertEquals(one.said, ["100 110", "104 110", "103 110"]);
  assertEquals(one.counts.slice(-2), ["composite_bids s1", "composite_asks s0"]);
});

Deno.test("a source that falls silent leaves, and with the last one the price", async () => {
  await using one = compose([1, 1]);
  await one.say(0, [tick(100, 110)]);
  await one.say(1, [tick(104, 112)]);
  for (let at = 0; at < 4; at++) {
    await one.say(0, []);
    await one.advance(500);
  }
  assertEquals(one.said.at(-1), "100 110");
  await one.advance(2_000);
  assertEquals(one.said.at(-1), "withdrawn EURUSD");
});

Deno.test("a source that was silent is used again when it is heard, with prices that are still young", async () => {
  await using one = compose([1, 1]);
  const pass = async (ms: number, ...heard: number[]) => {
    for (let left = ms; left > 0; left -= 500) {
      for (const at of heard) await one.say(at, []);
      await one.advance(500);
    }
  };
  await one.say(0, [tick(100, 110)]);
  await one.say(1, [tick(104, 112)]);
  await pass(2_500, 0);
  assertEquals(one.said.at(-1), "100 110");
  await pass(500, 0, 1);
  assertEquals(one.said.at(-1), "104 110");
  await pass(2_500);
  assertEquals(one.said.at(-1), "withdrawn EURUSD");
  await pass(500, 1);
  assertEquals(one.said.at(-1), "104 112");
  await pass(30_000, 0, 1);
  assertEquals(one.said.at(-1), "withdrawn EURUSD");
  await one.say(1, [tick(104, 112)]);
  assertEquals(one.said.at(-1), "104 112");
});

Deno.test("two sources that disagree for long give one price, and the other's are counted", async () => {
  await using one = compose([1, 1]);
  for (let n = 0; n < 20; n++) {
    await one.say(n % 2, [n % 2 === 0 ? tick(100 + n, 110 + n) : tick(500 + n, 510 + n)]);
    await one.advance(300);
  }
  assertEquals(one.said, Array.from({ length: 10 }, (_, n) => `${100 + 2 * n} ${110 + 2 * n}`));
  assertEquals(one.counts.filter((line) => line === "composite_left_out s1").length, 10);
});

Deno.test("what a source withdraws, gets wrong, or says by a wrong clock is not used", async () => {
  await using one = compose([1, 1]);
  await one.say(0, [tick(100, 110)]);
  await one.say(1, [tick(104, 108)]);
  await one.say(1, [], { withdrawn: [symbol] });
  assertEquals(one.said.at(-1), "100 110");
  await one.say(1, [tick(104, 108)]);
  await one.say(1, [tick(108, 104)]);
  assertEquals(one.said.at(-1), "100 110");
  await one.say(1, [tick(104, 108)], { time: epochMs(start - 60_000) });
  assertEquals(one.said.at(-1), "100 110");
  assertEquals(one.counts.filter((line) => line === "source_ticks_refused s1").length, 2);
});

Deno.test("a source that fails is asked again and holds nobody up", async () => {
  await using one = compose([1, 1]);
  await one.say(0, [tick(100, 110)]);
  await one.venues[1]!.say(new Error("Lost"));
  await one.say(0, [tick(101, 110)]);
  assertEquals(one.said.at(-1), "101 110");
  await eventually(async () => {
    await one.say(0, []);
    await one.advance(500);
    await one.say(1, [tick(105, 109)]);
    assertEquals(one.said.at(-1), "105 109");
  });
});

Deno.test("the order in which sources speak does not change the price they end with", async () => {
  const quote = fc.tuple(fc.integer({ min: 90, max: 110 }), fc.integer({ min: 1, max: 12 }));
  const cases = fc.tuple(fc.array(quote, { minLength: 3, maxLength: 3 }), fc.integer()).chain(
    ([quotes]) =>
      fc.tuple(fc.constant(quotes), fc.shuffledSubarray([0, 1, 2], { minLength: 3, maxLength: 3 })),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ([quotes, order]) => {
      const ends: (string | undefined)[] = [];
      for (const turns of [[0, 1, 2], order]) {
        await using one = compose([3, 2, 1]);
        for (const at of turns) {
          const [bid, spread] = quotes[at]!;
          await one.say(at, [tick(bid, bid + spread)]);
        }
        ends.push(one.said.at(-1));
      }
      assertEquals(ends[0], ends[1]);
    }),
    { numRuns: 15 },
  );
});

Deno.test("createCompositeVenue() refuses no sources, two of a name, recordings, and no weight", () => {
  const venue = new Spoken();
  const rules = { name: "a", weight: 1, ageMsMax: 1_000, venue };
  const create = (sources: unknown[]) => () => {
    createCompositeVenue({ sources } as unknown as Parameters<typeof createCompositeVenue>[0]);
  };
  assertThrows(create([]), RangeError, "0 sources");
  assertThrows(create([rules, rules]), RangeError, "2 sources");
  assertThrows(create([{ ...rules, weight: NaN }]), RangeError, "NaN");
  assertThrows(create([{ ...rules, venue: { pausable: true } }]), RangeError, "recording");
});
