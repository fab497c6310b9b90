import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "../domain/random.ts";
import { Backoff } from "./backoff.ts";

Deno.test("Backoff doubles up to its most, spread over the upper half, and starts again", () => {
  fc.assert(fc.property(fc.string(), fc.integer({ min: 1, max: 9 }), (seed, attempts) => {
    const backoff = new Backoff({ firstMs: 100, mostMs: 2_000, random: seededRandom(seed) });
    for (let attempt = 0; attempt < attempts; attempt++) {
      const full = Math.min(2_000, 100 * 2 ** attempt);
      const waited = backoff.nextMs();
      assert(waited >= full / 2 && waited <= full);
    }
    backoff.reset();
    assert(backoff.nextMs() <= 100);
  }));
});

Deno.test("Backoff waits as long as it was asked to, and refuses pauses that are none", () => {
  const random = seededRandom("asked");
  assertEquals(new Backoff({ firstMs: 1, mostMs: 10, random }).nextMs(5_000), 5_000);
  assertThrows(() => new Backoff({ firstMs: 0, mostMs: 10, random }), RangeError);
  assertThrows(() => new Backoff({ firstMs: 20, mostMs: 10, random }), RangeError);
});
