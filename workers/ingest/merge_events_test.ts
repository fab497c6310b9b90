import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type QuoteEvent, quotesPerEventMax } from "../../shared/contracts/messages/quotes.ts";
import { mergeEvents, sparseBeatMs } from "./merge_events.ts";

const envelope = { specversion: "1.0", source: "/workers/ingest", time: "2019-02-04T00:00:00Z" };

let id = 0;
const quotesEvent = (at: number, count = 1): QuoteEvent => ({
  ...envelope as { specversion: "1.0"; source: string; time: string },
  id: String(id++),
  type: "quotes.received",
  data: {
    venue: "replay",
    quotes: Array.from({ length: count }, () => ["EURUSD", "1.10000", "1.10010", at, at, id++]),
  },
});
const heardEvent = (time: number): QuoteEvent => ({
  ...envelope as { specversion: "1.0"; source: string; time: string },
  id: String(id++),
  type: "venue.heard",
  data: { venue: "replay", time },
});

const rowsOf = (events: readonly QuoteEvent[]) =>
  events.flatMap((event) => event.type === "quotes.received" ? event.data.quotes : []);
const timeOf = (event: QuoteEvent) =>
  event.type === "venue.heard" ? event.data.time : event.data.quotes.at(-1)![3];

Deno.test("mergeEvents() joins quotes and leaves out signs of life amid them", () => {
  const merged = mergeEvents([
    quotesEvent(0),
    heardEvent(1_000),
    quotesEvent(1_500, 2),
    heardEvent(2_500),
    heardEvent(3_500),
  ]);
  assertEquals(merged.map((event) => [event.type, timeOf(event)]), [
    ["quotes.received", 1_500],
    ["venue.heard", 3_500],
  ]);
  assertEquals(rowsOf(merged).length, 3);
});

Deno.test("mergeEvents() keeps every quote in order, the last word, and no long silence unsaid", () => {
  const feed = fc.array(
    fc.record({
      stepMs: fc.integer({ min: 0, max: 1_000 }),
      count: fc.integer({ min: 0, max: 300 }),
    }),
    { maxLength: 60 },
  );
  fc.assert(fc.property(feed, (steps) => {
    let at = 0;
    const events = steps.map(({ stepMs, count }) => {
      at += stepMs;
      return count < 200 ? heardEvent(at) : quotesEvent(at, count);
    });
    const merged = mergeEvents(events);
    assertEquals(rowsOf(merged), rowsOf(events));
    assertEquals(merged.map(timeOf).at(-1), events.map(timeOf).at(-1));
    for (const [index, event] of merged.entries()) {
      if (event.type === "quotes.received") assert(event.data.quotes.length <= quotesPerEventMax);
      const before = merged[index - 1];
      const from = event.type === "quotes.received" ? event.data.quotes[0]![3] : event.data.time;
      if (before !== undefined) assert(from - timeOf(before) < sparseBeatMs + 1_000);
    }
  }));
});
