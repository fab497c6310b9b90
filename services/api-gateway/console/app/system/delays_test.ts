import { assertEquals } from "@std/assert";
import { delaysOf } from "./delays.ts";

Deno.test("delays are from a price's venue time to its receipt", () => {
  const quotes = Array.from(
    { length: 100 },
    (_, at) => ({ time: 1_000, receivedTime: 1_000 + at }),
  );
  assertEquals(delaysOf(quotes), { median: 50, most: 95, longest: 99 });
  assertEquals(delaysOf(quotes.slice(7, 8)), { median: 7, most: 7, longest: 7 });
  assertEquals(delaysOf([]), null);
});
