// Goal: who was away and resumes is told every signal since, once and in order, or of a gap; a new
// subscriber is told the newest that stands of each study. Method: random signals of two symbols,
// raised and withdrawn, and a client that leaves and returns.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { resumeLimits } from "../../../shared/contracts/messages/feed.ts";
import type { LiveSignal } from "../../../shared/contracts/messages/signals.ts";
import { SignalBoard } from "./signal_board.ts";

const signals: fc.Arbitrary<LiveSignal[]> = fc.array(
  fc.record({
    symbol: fc.constantFrom("EURUSD", "USDJPY"),
    study: fc.constantFrom("range_break" as const, "rsi_turn" as const),
    granularity: fc.constantFrom("M1" as const, "M5" as const),
    time: fc.integer({ min: 1, max: 60 }),
    direction: fc.constantFrom("up" as const, "down" as const),
    state: fc.constantFrom("raised" as const, "withdrawn" as const),
  }),
  { maxLength: 1_000, size: "max" },
).map((all) => all.map((one, sequence) => ({ ...one, price: "1.1", sequence: sequence + 1 })));

const of = (all: readonly LiveSignal[], symbol: string) =>
  all.filter((one) => one.symbol === symbol);

Deno.test("a client that resumes signals is told all since, once, in order, or of a gap", () => {
  const seen = { resumed: 0, gaps: 0 };
  fc.assert(
    fc.property(signals, fc.nat(), (told, cut) => {
      const board = new SignalBoard();
      for (const signal of told) {
        board.put(signal);
        board.put(signal); // told again, as by a worker that was killed before it knew
      }
      assertEquals(board.takePending().map(({ signal }) => signal), told);
      const left = of(told.slice(0, cut % (told.length + 1)), "EURUSD");
      const sequence = left.at(-1)?.sequence;
      if (sequence === undefined) return;
      assertEquals(board.ahead({ EURUSD: sequence }), undefined);
      const { updates, gaps } = board.missed({ EURUSD: sequence });
      const since = of(told, "EURUSD").slice(left.length);
      if (gaps.length > 0) {
        assert(since.length >= resumeLimits.signalsPerSymbol);
        seen.gaps++;
        return assertEquals([gaps, updates], [["EURUSD"], []]);
      }
      assertEquals(updates.map(({ signal }) => signal), since);
      seen.resumed++;
    }),
    { numRuns: 300 },
  );
  assert(seen.resumed > 50 && seen.gaps > 5, JSON.stringify(seen));
});

Deno.test("a new subscriber is told the newest of each study that was not withdrawn", () => {
  const signal = (time: number, over: Partial<LiveSignal> = {}): LiveSignal => ({
    ...{ symbol: "EURUSD", study: "rsi_turn", granularity: "M1", time, direction: "up" },
    ...{ price: "1.10000", state: "raised", sequence: 1_000 + time },
    ...over,
  });
  const board = new SignalBoard();
  const cross = signal(3, { study: "averages_cross" });
  const yen = signal(4, { symbol: "USDJPY" });
  for (const one of [signal(1), signal(2), cross, yen]) board.put(one);
  board.put(signal(2, { state: "withdrawn", sequence: 1_010 }));
  const standing = (symbols: Set<string> | null) =>
    board.standing(symbols).map((one) => one.signal);
  assertEquals(standing(null), [signal(1), cross, yen]);
  assertEquals(standing(new Set(["USDJPY"])), [yen]);
  assertEquals(board.ahead({ EURUSD: 1_010 }), undefined);
  assertEquals(board.ahead({ EURUSD: 1_011 }), "EURUSD");
  assertEquals(board.ahead({ GBPUSD: 1 }), "GBPUSD");
});
