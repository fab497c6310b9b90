import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { BarColumns, TickColumns } from "../../../../shared/domain/columns.ts";
import { pathOf } from "./bar_path.ts";
import { mergeTape } from "./merge_tape.ts";

const bars = (rows: readonly (readonly number[])[]): BarColumns => ({
  length: rows.length,
  openTime: Float64Array.from(rows, (_, at) => at * 60_000),
  open: Int32Array.from(rows, (row) => row[0]!),
  high: Int32Array.from(rows, (row) => row[1]!),
  low: Int32Array.from(rows, (row) => row[2]!),
  close: Int32Array.from(rows, (row) => row[3]!),
  ticks: Int32Array.from(rows, (row) => row[4] ?? 9),
  volume: null,
});

Deno.test("inside a bar the extreme nearer to the open comes first, a silent bar gives nothing", () => {
  const bid = bars([[100, 110, 98, 105], [105, 106, 90, 92], [92, 92, 92, 92, 0]]);
  const path = pathOf({ intervalMs: 60_000, bid, ask: 3 });
  assertEquals([...path.bid], [100, 98, 110, 105, 105, 106, 90, 92]);
  assertEquals([...path.ask], [103, 101, 113, 108, 108, 109, 93, 95]);
  assertEquals([...path.time].slice(0, 5), [0, 20_000, 40_000, 59_999, 60_000]);
});

Deno.test("bars of both sides take the bid's way, and never cross", () => {
  const bid = bars([[100, 110, 98, 105]]);
  const ask = bars([[102, 109, 99, 107]]);
  const path = pathOf({ intervalMs: 60_000, bid, ask });
  assertEquals([...path.ask], [102, 99, 111, 107]);
});

const columns = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 }).map((times) => {
  const time = Float64Array.from(times.toSorted((a, b) => a - b));
  const { length } = time;
  const bid = Int32Array.from(time, (_, at) => at + 1);
  return { length, time, bid, ask: bid, bidVolume: null, askVolume: null };
});

async function* piecesOf(all: TickColumns, size: number): AsyncGenerator<TickColumns> {
  for (let at = 0; at < all.length; at += size) {
    const { time, bid } = all;
    const part = { time: time.subarray(at, at + size), bid: bid.subarray(at, at + size) };
    yield await Promise.resolve({
      ...part,
      ask: part.bid,
      length: part.time.length,
      bidVolume: null,
      askVolume: null,
    });
  }
}

Deno.test("a tape of several symbols is what sorting all their prices gives", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(columns, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 20 }),
      async (all, size) => {
        const wanted = all.flatMap(({ time, bid }, slot) =>
          [...time].map((at, row) => [at, slot, bid[row]!] as const)
        ).sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
        const found: (readonly [number, number, number])[] = [];
        for await (const piece of mergeTape(all.map((one) => piecesOf(one, size)))) {
          for (let at = 0; at < piece.length; at++) {
            found.push([piece.time[at]!, piece.slot?.[at] ?? 0, piece.bid[at]!]);
          }
        }
        assertEquals(found, wanted);
      },
    ),
  );
});
