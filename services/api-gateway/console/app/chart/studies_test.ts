// Goal: a study on the chart says what its textbook says. Method: worked examples that are published,
// and for every study that the growing bar gets what it would get when it has ended.

import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Candle } from "./candle.ts";
import { readStudy, runStudy, studyKinds, studyText, type StudyValues } from "./studies.ts";
import { StudyLines } from "./study_lines.ts";

const bars = (closes: readonly number[]): Candle[] =>
  closes.map((close, at) => ({
    openTime: at,
    open: close,
    high: close + 1,
    low: close - 1,
    close,
  }));
const along = (text: string, closes: readonly number[]): StudyValues[] => {
  const run = runStudy(readStudy(text)!);
  return bars(closes).map((bar) => run.add(bar));
};

// The closes of StockCharts' ChartSchool example of moving averages (Intel, 10 days).
const intel = [
  ...[22.27, 22.19, 22.08, 22.17, 22.18, 22.13, 22.23, 22.43, 22.24, 22.29],
  ...[22.15, 22.39, 22.38, 22.61, 23.36],
];

Deno.test("simple and exponential averages are those of the published example", () => {
  const simple = along("sma10", intel);
  assertEquals(simple[8], null);
  assertAlmostEquals(simple[9]![0]!, 22.22, 0.005);
  assertAlmostEquals(simple[14]![0]!, 22.42, 0.005);
  const exponential = along("ema10", intel);
  assertEquals(exponential[8], null);
  const expected = [22.22, 22.21, 22.24, 22.27, 22.33, 22.52];
  for (const [at, value] of expected.entries()) {
    assertAlmostEquals(exponential[9 + at]![0]!, value, 0.005);
  }
});

// The closes of StockCharts' ChartSchool example of the RSI (QQQQ, 14 days).
const qqqq = [
  ...[44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826],
  ...[45.8931, 46.0328, 45.614, 46.282, 46.282, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439],
];

Deno.test("relative strength is that of the published example", () => {
  const strength = along("rsi14", qqqq);
  assertEquals(strength[13], null);
  for (const [at, value] of [70.53, 66.32, 66.55, 69.41, 66.36, 57.97].entries()) {
    assertAlmostEquals(strength[14 + at]![0]!, value, 0.005);
  }
  const level = along("rsi3", [1, 1, 1, 1, 1]);
  assertEquals(level[3], [50]);
  assertEquals(along("rsi3", [1, 2, 3, 4])[3], [100]);
});

Deno.test("bands are two deviations of the population around the average, a channel the extremes", () => {
  // Mean 5, deviation 2.
  const bands = along("bb8", [2, 4, 4, 4, 5, 5, 7, 9]);
  assertEquals(bands[6], null);
  for (const [at, value] of [5, 9, 1].entries()) assertAlmostEquals(bands[7]![at]!, value, 1e-9);
  assertEquals(along("dc3", [5, 9, 6, 7, 4]), [null, null, [10, 4], [10, 5], [8, 3]]);
});

Deno.test("a growing bar gets what it gets when it has ended, and changes nothing before that", () => {
  const closes = fc.array(fc.double({ min: 0.5, max: 200, noNaN: true }), { maxLength: 60 });
  const studies = fc.record({
    kind: fc.constantFrom(...studyKinds),
    length: fc.integer({ min: 2, max: 12 }),
  });
  fc.assert(fc.property(closes, studies, (prices, study) => {
    const run = runStudy(study);
    for (const bar of bars(prices)) {
      run.peek({ ...bar, close: bar.close * 1.5, high: bar.high * 2 });
      const peeked = run.peek(bar);
      const added = run.add(bar);
      assertEquals(peeked === null, added === null);
      peeked?.forEach((value, at) => assertAlmostEquals(value, added![at]!, 1e-6));
    }
  }));
});

Deno.test("lines follow new bars one by one, and begin anew when older ones come", () => {
  const all = bars([1, 2, 3, 4, 5, 6]);
  const lines = new StudyLines({ kind: "sma", length: 2 });
  assertEquals(lines.follow(all.slice(2, 4)), "all");
  assertEquals(lines.follow(all.slice(2, 4)), 0);
  assertEquals(lines.follow(all.slice(2, 5)), 1);
  assertEquals(lines.points.map((one) => one.values), [null, [3.5], [4.5]]);
  assertEquals(lines.at(all[5]!).values, [5.5]);
  assertEquals(lines.follow(all.slice(0, 5)), "all", "a page of older bars");
  assertEquals(lines.points.map((one) => one.values), [null, [1.5], [2.5], [3.5], [4.5]]);
  const corrected = [...all.slice(0, 4), { ...all[4]!, close: 50 }];
  assertEquals(lines.follow(corrected), "all", "a finished bar was put right");
  assertEquals(lines.points.at(-1)?.values, [27]);
});

Deno.test("a study is a word of an address", () => {
  for (const kind of studyKinds) {
    assertEquals(studyText(readStudy(`${kind}21`)!), `${kind}21`);
  }
  for (const text of ["sma", "sma1", "sma501", "sma-3", "macd12", "", "sma20 "]) {
    assertEquals(readStudy(text), null);
  }
});
