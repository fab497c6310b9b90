import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { price, type Symbol } from "../../domain/instrument.ts";
import { epochMs } from "../../domain/time.ts";
import { memoryFile } from "../../testing/source_files.ts";
import type { Tick } from "../venue.ts";
import { mergeTicks } from "./merge.ts";

const tick = fc.integer({ min: 0, max: 49 });
const files = fc.array(
  fc.tuple(
    fc.constantFrom("EURUSD", "USDJPY", "XAUUSD"),
    fc.array(tick, { minLength: 1, maxLength: 40 }),
  ),
  { maxLength: 12 },
);

Deno.test("mergeTicks() orders many files by time and keeps the order of equals", async () => {
  await fc.assert(fc.asyncProperty(files, async (sets) => {
    let bid = 1;
    const lists = sets.map(([symbol, times]) =>
      times.toSorted((a, b) => a - b).map((time): Tick => ({
        symbol: symbol as Symbol,
        bid: price(bid++),
        ask: price(bid),
        venueTime: epochMs(time),
      }))
    ).sort((a, b) => a[0]!.venueTime - b[0]!.venueTime);
    const merged = await Array.fromAsync(mergeTicks(lists.map((ticks) => memoryFile(ticks, 3))));
    assertEquals(merged.flat(), lists.flat().sort((a, b) => a.venueTime - b.venueTime));
  }));
});
