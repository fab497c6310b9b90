import { assertEquals } from "@std/assert";
import { directions, studyNames } from "../../../../../shared/domain/signals/signal.ts";
import type { Candle } from "./candle.ts";
import type { ChartSignal } from "./chart_signals.ts";
import { marksOf, signalWords } from "./signal_marks.ts";

const candles = Array.from({ length: 40 }, (_, n): Candle => ({
  ...{ openTime: n * 60_000, open: 1, high: 1, low: 1, close: 1 },
}));
const signal = (
  bar: number,
  study: ChartSignal["study"],
  direction: ChartSignal["direction"],
): ChartSignal => ({ openTime: bar * 60_000, study, direction });
const byBar = (...signals: ChartSignal[]) => Map.groupBy(signals, ({ openTime }) => openTime);

Deno.test("a bar has one arrow each way, with the signals of it, where the chart has the bar", () => {
  const signals = byBar(
    signal(5, "averages_cross", "up"),
    signal(5, "range_break", "up"),
    signal(5, "rsi_turn", "down"),
    signal(90, "rsi_turn", "up"),
  );
  assertEquals(marksOf(signals, candles, 6), [
    { openTime: 300_000, direction: "up", text: "MA DC" },
    { openTime: 300_000, direction: "down", text: "RSI" },
  ]);
});

Deno.test("labels that would run into each other are left out until there is room", () => {
  const signals = byBar(
    signal(5, "range_break", "up"),
    signal(7, "rsi_turn", "down"),
    signal(10, "range_break", "up"),
    signal(30, "averages_cross", "up"),
  );
  const texts = (barPx: number) => marksOf(signals, candles, barPx).map(({ text }) => text);
  assertEquals(texts(3), ["", "RSI", "", "MA"]);
  assertEquals(texts(6), ["DC", "RSI", "DC", "MA"]);
});

Deno.test("every signal has words, which say its way", () => {
  const said = studyNames.flatMap((study) =>
    directions.map((direction) => [direction, signalWords([signal(1, study, direction)])] as const)
  );
  assertEquals(new Set(said.map(([, words]) => words)).size, 6);
  for (const [direction, words] of said) {
    assertEquals(words.includes(` ${direction}:`), true, words);
  }
  assertEquals(
    signalWords([signal(1, "range_break", "up"), signal(1, "rsi_turn", "down")]),
    "range break up: close above the channel (DC) of 20 bars; " +
      "strength turns down: RSI back from above 70",
  );
});
