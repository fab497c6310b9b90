import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { price } from "../../domain/instrument.ts";
import { epochMs } from "../../domain/time.ts";
import { bestOf, type Candidate, isStale, sourceSilentMsMax, trust } from "./best_of.ts";

const now = 1_000_000;
const candidate = (
  name: string,
  [bid, ask]: readonly [number, number],
  over: { weight?: number; agedMs?: number; silentMs?: number } = {},
): Candidate => ({
  source: { name, weight: over.weight ?? 1, ageMsMax: 10_000 },
  bid: price(bid),
  ask: price(ask),
  venueTime: epochMs(now),
  pricedAt: now - (over.agedMs ?? 0),
  heardAt: now - (over.silentMs ?? 0),
});

const sides = (candidates: readonly Candidate[]) => {
  const best = bestOf(candidates, now);
  return best === null ? null : [best.bid.source.name, best.ask.source.name];
};

Deno.test("bestOf() takes the highest bid and the lowest offer, from whichever source", () => {
  const a = candidate("a", [100, 110]);
  const b = candidate("b", [104, 112]);
  assertEquals(sides([a, b]), ["b", "a"]);
  assertEquals(sides([]), null);
});

Deno.test("bestOf() leaves out the stale: by the price's age, and by the source's silence", () => {
  const a = candidate("a", [100, 110]);
  assertEquals(sides([a, candidate("b", [104, 106], { agedMs: 10_001 })]), ["a", "a"]);
  const silent = candidate("b", [104, 106], { silentMs: sourceSilentMsMax + 1 });
  assertEquals(sides([a, silent]), ["a", "a"]);
  assertEquals(sides([silent]), null);
});

Deno.test("bestOf() leaves the less trusted out of a cross: by weight, then by age, then by name", () => {
  const low = [100, 101] as const;
  const high = [105, 106] as const;
  const heavy = candidate("a", low, { weight: 2, agedMs: 1_000 });
  assertEquals(sides([candidate("b", high), heavy]), ["a", "a"]);
  assertEquals(sides([candidate("b", high, { agedMs: 2_500 }), candidate("c", low)]), ["c", "c"]);
  assertEquals(sides([candidate("b", high), candidate("a", low)]), ["a", "a"]);
  // A touch is a cross: nobody could trade between the two.
  assertEquals(sides([candidate("a", [100, 105]), candidate("b", high)]), ["a", "a"]);
});

Deno.test("bestOf() stays with one of two sources that disagree and both go on speaking", () => {
  const low = [100, 101] as const;
  const high = [105, 106] as const;
  for (const agedMs of [[0, 900], [900, 0], [2_400, 0]] as const) {
    const both = [
      candidate("a", low, { agedMs: agedMs[0] }),
      candidate("b", high, { agedMs: agedMs[1] }),
    ];
    assertEquals(sides(both), ["a", "a"]);
  }
});

Deno.test("bestOf() lets sources that agree outvote one that does not, unless it weighs more", () => {
  const two = [candidate("b", [100, 102]), candidate("c", [99, 101])];
  const best = bestOf([candidate("a", [105, 106]), ...two], now);
  assertEquals([best?.bid.source.name, best?.ask.source.name], ["b", "c"]);
  assertEquals(best?.leftOut.map(({ source }) => source.name), ["a"]);
  assertEquals(sides([candidate("a", [105, 106], { weight: 1.5 }), ...two]), ["b", "c"]);
  assertEquals(sides([candidate("a", [105, 106], { weight: 3 }), ...two]), ["a", "a"]);
});

Deno.test("bestOf() uses a source of weight 0 only when no other is there", () => {
  const spare = candidate("spare", [104, 105], { weight: 0 });
  assertEquals(sides([spare, candidate("a", [100, 110])]), ["a", "a"]);
  assertEquals(sides([spare, candidate("a", [100, 110], { agedMs: 10_001 })]), ["spare", "spare"]);
});

const anyCandidates = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom("a", "b", "c", "d", "e"),
    bid: fc.integer({ min: 1, max: 20 }),
    spread: fc.integer({ min: -1, max: 6 }),
    weight: fc.constantFrom(0, 0.5, 1, 1, 3),
    agedMs: fc.integer({ min: 0, max: 12_000 }),
    silentMs: fc.integer({ min: 0, max: 2_500 }),
  }),
  { selector: ({ name }) => name, maxLength: 5 },
).map((all) =>
  all.map(({ name, bid, spread, ...over }) => candidate(name, [bid, bid + spread], over))
);

Deno.test("bestOf() never uses a stale source, and is never crossed", () => {
  fc.assert(fc.property(anyCandidates, (candidates) => {
    const best = bestOf(candidates, now);
    if (best === null) return;
    assert(!isStale(best.bid, now) && !isStale(best.ask, now));
    assert(best.bid.bid < best.ask.ask);
  }));
});

Deno.test("bestOf() answers whenever a source is fresh and whole, and no order changes it", () => {
  const shuffled = anyCandidates.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))
  );
  fc.assert(fc.property(shuffled, ([one, other]) => {
    assertEquals(bestOf(one, now), bestOf(other, now));
    const usable = one.some((each) => !isStale(each, now) && each.bid < each.ask);
    assertEquals(bestOf(one, now) !== null, usable);
  }));
});

Deno.test("bestOf() never leaves out a source that weighs more than all others", () => {
  fc.assert(fc.property(anyCandidates, (candidates) => {
    const best = bestOf(candidates, now);
    const usable = candidates.filter((one) => !isStale(one, now) && one.bid < one.ask);
    const all = usable.reduce((sum, one) => sum + trust(one, now), 0);
    const top = usable.find((one) => 2 * trust(one, now) > all);
    if (best === null || top === undefined) return;
    assert(best.bid.bid >= top.bid && best.ask.ask <= top.ask);
  }));
});
