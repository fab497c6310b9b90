import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { cutTicks, ticksOf, tickSteps } from "../../testing/random_ticks.ts";
import type { TickColumns } from "../columns.ts";
import {
  type ActivityBar,
  ActivityFolder,
  type ActivityKind,
  activityKinds,
  type ActivityPlace,
} from "./activity_bars.ts";

const start = Date.UTC(2019, 1, 4);

function fold(pieces: Iterable<TickColumns>, kind: ActivityKind, size: number): ActivityBar[] {
  const folder = new ActivityFolder({ kind, size, side: "bid", place: null, barsMax: Infinity });
  for (const piece of pieces) folder.push(piece);
  return folder.bars;
}

const walk = (...bids: number[]): TickColumns =>
  ticksOf(bids.map((bid) => ({ stepMs: 1_000, bid, spread: 2, volume: 10 })), start);

const shown = (bars: readonly ActivityBar[]) =>
  bars.map(({ open, high, low, close, ticks, volume }) => [open, high, low, close, ticks, volume]);

Deno.test("tick bars hold so many ticks each; what is left is no bar yet", () => {
  assertEquals(shown(fold([walk(5, 9, 3, 4, 4, 8, 1)], "ticks", 3)), [
    [5, 9, 3, 3, 3, 30],
    [4, 8, 4, 8, 3, 30],
  ]);
});

Deno.test("volume bars end with the tick that brings the volume", () => {
  assertEquals(shown(fold([walk(5, 9, 3, 4)], "volume", 15)), [
    [5, 9, 5, 9, 2, 20],
    [3, 4, 3, 4, 2, 20],
  ]);
});

Deno.test("range bars are never wider than their range; the tick that would be begins the next", () => {
  assertEquals(shown(fold([walk(5, 9, 4, 10, 10, 15, 20)], "range", 5)), [
    [5, 9, 4, 4, 3, 30],
    [10, 15, 10, 15, 3, 30],
  ]);
});

Deno.test("Renko bricks stand edge to edge, and turn only a whole brick beyond the other edge", () => {
  const [up, upAgain, down, downAgain] = [[100, 110], [110, 120], [110, 100], [100, 90]] as const;
  const bricks = fold([walk(100, 109, 110, 121, 111, 101, 100, 89)], "renko", 10);
  assertEquals(bricks.map(({ open, close }) => [open, close] as const), [
    up,
    upAgain,
    down,
    downAgain,
  ]);
  assertEquals(bricks.map(({ ticks }) => ticks), [3, 1, 3, 1]);
  const jump = fold([walk(100, 135)], "renko", 10);
  assertEquals(shown(jump), [
    [100, 110, 100, 110, 2, 20],
    [110, 120, 110, 120, 0, 0],
    [120, 130, 120, 130, 0, 0],
  ]);
});

Deno.test("activity bars are the same however the ticks are cut and wherever pages end", () => {
  fc.assert(fc.property(
    tickSteps,
    fc.constantFrom(...activityKinds),
    fc.integer({ min: 1, max: 40 }),
    fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 20 }),
    fc.integer({ min: 1, max: 4 }),
    (steps, kind, size, cuts, barsMax) => {
      const ticks = ticksOf(steps, start);
      const whole = fold([ticks], kind, size);
      assertEquals(fold(cutTicks(ticks, cuts), kind, size), whole);
      const paged: ActivityBar[] = [];
      let place: ActivityPlace | null = null;
      for (;;) {
        const folder: ActivityFolder = new ActivityFolder({
          kind,
          size,
          side: "bid",
          place,
          barsMax,
        });
        for (const piece of cutTicks(ticks, cuts)) folder.push(piece);
        paged.push(...folder.bars);
        assert(folder.bars.length <= barsMax);
        if (!folder.full) break;
        place = folder.place;
      }
      assertEquals(paged, whole);
    },
  ));
});
