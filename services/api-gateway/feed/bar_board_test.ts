// Goal: who was away and resumes knows every bar as the archive last told it, or is told of a gap.
// Method: random bars of two sides, grown, ended and corrected, and a client that leaves and returns.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { LiveBar, LiveBarState } from "../../../shared/contracts/messages/bars.ts";
import { BarBoard } from "./bar_board.ts";

interface Step {
  readonly side: "bid" | "ask";
  readonly what: LiveBarState;
  /** Minutes back that a correction reaches. */
  readonly back: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    side: fc.constantFrom("bid" as const, "ask" as const),
    what: fc.constantFrom("partial" as const, "final" as const, "corrected" as const),
    back: fc.integer({ min: 1, max: 90 }),
  }),
  { maxLength: 600 },
);

/** The bars that an archive would tell of. */
function toldBy(steps: readonly Step[]): LiveBar[] {
  const minute = { bid: 1_000, ask: 1_000 };
  return steps.map(({ side, what, back }, version) => {
    const at = what === "corrected" ? minute[side] - back : minute[side];
    if (what === "final") minute[side]++;
    return {
      ...{ symbol: "EURUSD", side, granularity: "M1", openTime: at * 60_000 },
      ...{ open: "1.1", high: "1.1", low: "1.1", close: "1.1", ticks: version },
      ...{ state: what, version },
    };
  });
}

const nameOf = ({ side, openTime }: LiveBar) => `${side} ${openTime}`;

Deno.test("a client that resumes bars has all since, as they are, or a gap", () => {
  fc.assert(
    fc.property(steps, fc.nat(), (steps, cut) => {
      const told = toldBy(steps);
      const left = told.slice(0, cut % (told.length + 1));
      if (left.length === 0) return;
      const board = new BarBoard();
      for (const bar of told) board.put(bar);
      const position = Math.max(...left.map((bar) => bar.openTime));
      assertEquals(board.ahead({ EURUSD: position }), undefined);
      const { updates, gaps } = board.missed({ EURUSD: position });
      const held = new Map(left.map((bar) => [nameOf(bar), bar]));
      const times = updates.map(({ bar }) => bar.openTime);
      assertEquals(times, times.toSorted((a, b) => a - b));
      for (const { bar } of updates) held.set(nameOf(bar), bar);
      if (gaps.length > 0) return assertEquals([gaps, updates], [["EURUSD"], []]);
      const truth = new Map(told.map((bar) => [nameOf(bar), bar]));
      for (const [name, bar] of truth) {
        if (bar.openTime >= position) assertEquals(held.get(name), bar);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("a short absence is no gap, a long one is", () => {
  const board = new BarBoard();
  const told = toldBy(Array.from({ length: 200 }, () => ({ side: "bid", what: "final", back: 1 })));
  for (const bar of told) board.put(bar);
  const missed = (back: number) => board.missed({ EURUSD: told.at(-back)!.openTime });
  assertEquals(missed(60).gaps, []);
  assertEquals(missed(60).updates.length, 60);
  assertEquals(missed(70).gaps, ["EURUSD"]);
  assert(board.ahead({ EURUSD: told.at(-1)!.openTime + 60_000 }) === "EURUSD");
});
