import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { convert, micros, rate, unitRate } from "../../../../../shared/domain/money.ts";
import { unitsOfLots, unitsOfRisk } from "./sizing.ts";

Deno.test("lots are units of the base, and of an ounce for metals", () => {
  assertEquals(unitsOfLots("0.1", "EUR", 1n), 10_000n);
  assertEquals(unitsOfLots("2", "XAU", 1n), 200n);
  assertEquals(unitsOfLots("0.0015", "USD", 100n), 100n, "down to the step");
  assertEquals([unitsOfLots("-1", "EUR", 1n), unitsOfLots("one", "EUR", 1n)], [null, null]);
});

Deno.test("a size by risk loses at most the stake at its stop, and one step more would lose more", () => {
  const basis = fc.record({
    equity: fc.bigInt(1_000_000n, 10n ** 13n).map(micros),
    stopDistance: fc.bigInt(100n, 10n ** 8n).map(micros),
    toAccount: fc.bigInt(10n ** 9n, 10n ** 14n).map(rate),
    unitsStep: fc.constantFrom(1n, 100n),
  });
  fc.assert(fc.property(basis, fc.integer({ min: 1, max: 100 }), (given, percent) => {
    const units = unitsOfRisk(String(percent), given);
    if (units === null) return;
    const stake = given.equity * BigInt(percent) / 100n;
    const lossOf = (count: bigint) => convert(micros(given.stopDistance * count), given.toAccount);
    // The loss of a million units is rounded once, to half a micro.
    const slack = units / 1_000_000n + 1n;
    assert(lossOf(units) <= stake + slack, "loses more than the stake");
    assert(lossOf(units + given.unitsStep) + slack + given.unitsStep >= stake, "could be larger");
    assertEquals(units % given.unitsStep, 0n);
  }));
});

Deno.test("one per cent of 100 000 dollars over ten pips of EURUSD is ten lots", () => {
  const basis = {
    equity: micros(100_000_000_000n),
    stopDistance: micros(1_000n),
    toAccount: unitRate,
    unitsStep: 1n,
  };
  assertEquals(unitsOfRisk("1", basis), 1_000_000n);
  assertEquals(unitsOfRisk("0", basis), null);
  assertEquals(unitsOfRisk("1", { ...basis, stopDistance: micros(-5n) }), null, "a stop that wins");
});
