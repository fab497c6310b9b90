import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { eachPage, type PageSize } from "./block_pages.ts";
import type { TimeRange } from "./columns.ts";

/**
 * Pages of blocks that begin at the given times, each an array of those times, as `readPage` gives
 * them; and what was asked for when.
 */
function startReading(times: readonly number[], failAt = Infinity) {
  const asked: (TimeRange & PageSize)[] = [];
  let under = 0;
  const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
  const read = async ({ from, to }: TimeRange, { limit }: PageSize) => {
    asked.push({ from, to, limit });
    under++;
    await turn();
    under--;
    if (asked.length >= failAt) throw new Error(`page ${failAt} is lost`);
    const found = times.filter((time) => time >= from && time < to);
    if (found.length < limit) return { from, to, blocks: found };
    const end = Math.max(from, found[limit - 1]!);
    return { from, to: end, blocks: found.filter((time) => time < end) };
  };
  /** Resolves when no reading is under way, and whoever waited for one was told. */
  const settled = async () => {
    do await turn(); while (under > 0);
  };
  return { asked, read, settled, under: () => under };
}

const seconds = (count: number) => Array.from({ length: count }, (_, at) => at);

Deno.test("eachPage() gives every block once and in order, ahead or not", async () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 800 });
  await fc.assert(
    fc.asyncProperty(gaps, fc.boolean(), async (gaps, ahead) => {
      let at = 0;
      const times = gaps.map((gap) => at += gap);
      const { read, asked } = startReading(times);
      const pages = await Array.fromAsync(eachPage({ from: 0, to: at + 1 }, read, { ahead }));
      assertEquals(pages.flatMap(({ blocks }) => blocks), times);
      assertEquals(pages.every((page, n) => page.from === (pages[n - 1]?.to ?? 0)), true);
      // Nothing is asked for twice, however far a page was asked for ahead.
      const places = asked.map(({ from, limit }) => `${from} ${limit}`);
      assertEquals(new Set(places).size, places.length);
    }),
    { numRuns: 40 },
  );
});

Deno.test("eachPage() begins small, and doubles where one moment fills a page", async () => {
  const sizes = async (times: readonly number[]) => {
    const { read, asked } = startReading(times);
    await Array.fromAsync(eachPage({ from: 0, to: 1_000 }, read, { ahead: true }));
    return asked.map(({ limit }) => limit);
  };
  assertEquals(await sizes(seconds(200)), [16, 128, 128]);
  assertEquals(await sizes(Array.from({ length: 40 }, () => 0)), [16, 32, 64]);
});

Deno.test("eachPage() reads one page ahead, from the third on, and none where not asked to", async () => {
  for (const ahead of [true, false]) {
    const { read, asked, settled } = startReading(seconds(800));
    const asking: number[] = [];
    for await (const _ of eachPage({ from: 0, to: 800 }, read, { ahead })) {
      await settled();
      asking.push(asked.length);
    }
    assertEquals(asking, ahead ? [1, 3, 4, 5, 6, 7, 8, 8] : [1, 2, 3, 4, 5, 6, 7, 8]);
  }
});

Deno.test("eachPage() gives the pages before one that fails, and then its error", async () => {
  for (const ahead of [true, false]) {
    const { read, settled } = startReading(seconds(800), 4);
    const given: number[] = [];
    await assertRejects(
      async () => {
        for await (const { blocks } of eachPage({ from: 0, to: 800 }, read, { ahead })) {
          given.push(blocks.length);
          // The failure of the page ahead is known by then, and nobody's.
          await settled();
        }
      },
      Error,
      "page 4 is lost",
    );
    assertEquals(given, [15, 127, 127]);
  }
});

Deno.test("eachPage() leaves no reading behind when it is left, nor an error of one", async () => {
  for (const failAt of [Infinity, 3]) {
    const { read, asked, under } = startReading(seconds(800), failAt);
    let pages = 0;
    for await (const _ of eachPage({ from: 0, to: 800 }, read, { ahead: true })) {
      if (++pages === 2) break;
    }
    assertEquals([asked.length, under()], [3, 0]);
  }
});
