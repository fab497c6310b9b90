import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { quotesPerEventMax } from "../../shared/contracts/messages/quotes.ts";
import { price, type Symbol } from "../../shared/domain/instrument.ts";
import { epochMs } from "../../shared/domain/time.ts";
import { mergeWords, sparseBeatMs, type Word } from "./merge_words.ts";

let sequence = 0;
const quotesWord = (at: number, count = 1) => ({
  quotes: Array.from({ length: count }, () => ({
    symbol: "EURUSD" as Symbol,
    bid: price(110_000),
    ask: price(110_010),
    venueTime: epochMs(at),
    receivedTime: epochMs(at),
    sequence: sequence++,
  })),
});
const heardWord = (time: number): Word => ({
  heard: { time: epochMs(time), withdrawn: [], restored: [] },
});

const quotesOf = (words: readonly Word[]) =>
  words.flatMap((word) => "quotes" in word ? word.quotes : []);
const timeOf = (word: Word) => "heard" in word ? word.heard.time : inWord(word).at(-1)!.venueTime;
const inWord = (word: Exclude<Word, { heard: unknown }>) =>
  "late" in word ? word.late : word.quotes;

Deno.test("mergeWords() joins quotes and leaves out signs of life amid them", () => {
  const merged = mergeWords([
    quotesWord(0),
    heardWord(1_000),
    quotesWord(1_500, 2),
    heardWord(2_500),
    heardWord(3_500),
  ]);
  assertEquals(merged.map((word) => ["heard" in word, timeOf(word)]), [
    [false, epochMs(1_500)],
    [true, epochMs(3_500)],
  ]);
  assertEquals(quotesOf(merged).length, 3);
});

Deno.test("mergeWords() keeps every quote in order, the last word, and no long silence unsaid", () => {
  const feed = fc.array(
    fc.record({
      stepMs: fc.integer({ min: 0, max: 1_000 }),
      count: fc.integer({ min: 0, max: 300 }),
    }),
    { maxLength: 60 },
  );
  fc.assert(fc.property(feed, (steps) => {
    let at = 0;
    const words = steps.map(({ stepMs, count }) => {
      at += stepMs;
      return count < 200 ? heardWord(at) : quotesWord(at, count);
    });
    const merged = mergeWords(words);
    assertEquals(quotesOf(merged), quotesOf(words));
    assertEquals(merged.map(timeOf).at(-1), words.map(timeOf).at(-1));
    for (const [index, word] of merged.entries()) {
      if ("quotes" in word) assert(word.quotes.length <= quotesPerEventMax);
      const before = merged[index - 1];
      const from = "heard" in word ? word.heard.time : inWord(word)[0]!.venueTime;
      if (before !== undefined) assert(from - timeOf(before) < sparseBeatMs + 1_000);
    }
  }));
});

Deno.test("mergeWords() leaves late quotes and what became of symbols where they were", () => {
  const { quotes: late } = quotesWord(100);
  const withdrawn: Word = { heard: { time: epochMs(2_000), withdrawn: ["EURUSD"], restored: [] } };
  const words = [quotesWord(1_000), { late }, withdrawn, quotesWord(2_500), heardWord(3_000)];
  assertEquals(mergeWords(words), words);
});
