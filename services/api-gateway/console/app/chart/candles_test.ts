import { assertEquals } from "@std/assert";
import type { Bar, Bars, LiveBar, Spotwire } from "../../../../../shared/sdk/mod.ts";
import { Candles } from "./candles.ts";

const minuteMs = 60_000;
const start = Date.UTC(2026, 0, 6, 10);
const at = (minute: number) => start + minute * minuteMs;

const bar = (minute: number, [open, high, low, close]: readonly string[]): Bar => ({
  openTime: new Date(at(minute)).toISOString(),
  open: open!,
  high: high!,
  low: low!,
  close: close!,
  ticks: 1,
});
const live = (minute: number, prices: readonly string[], more: Partial<LiveBar> = {}): LiveBar => ({
  ...bar(minute, prices),
  ...{ symbol: "EURUSD", side: "mid", granularity: "M1", state: "partial", version: 1 } as const,
  openTime: at(minute),
  ...more,
});

/** A history that holds minutes only, and reads so many of them for one answer at most. */
function history(bars: readonly Bar[], readMax = Infinity) {
  const asked: unknown[] = [];
  const client = {
    listBars(
      _: string,
      query: { granularity?: string; from?: string; to?: string; limit?: number },
    ) {
      asked.push(query);
      const { granularity, from, to, limit = 500 } = query;
      const found = granularity !== "M1"
        ? []
        : bars.filter(({ openTime }) =>
          (from === undefined || openTime >= from) && (to === undefined || openTime < to)
        );
      const page = from === undefined
        ? found.slice(-Math.min(limit, readMax))
        : found.slice(0, limit);
      return Promise.resolve({ bars: page } as unknown as Bars);
    },
  } as unknown as Spotwire;
  return { client, asked };
}

const quote = (minute: number, price: string) => ({
  ...{ symbol: "EURUSD", bid: price, ask: price, sequence: 1, status: "live" as const },
  time: at(minute),
  receivedTime: at(minute),
});

Deno.test("prices of another time than the bar in hand are told apart from late and next ones", async () => {
  const { client } = history([]);
  const candles = new Candles(client, {
    ...{ symbol: "EURUSD", granularity: "M1", side: "mid", source: "live" },
  });
  await candles.load(at(10));
  const isElsewhere = (minute: number, status: "live" | "stale" = "live") =>
    candles.isElsewhere({ ...quote(minute, "1.1"), status });
  assertEquals([10, 9.5, 11, 11.9].map((minute) => isElsewhere(minute)), [
    false,
    false,
    false,
    false,
  ]);
  assertEquals([-5_000, 8.9, 12, 700].map((minute) => isElsewhere(minute)), [
    true,
    true,
    true,
    true,
  ]);
  assertEquals(isElsewhere(-5_000, "stale"), false);
});

Deno.test("a load that comes after a newer one changes nothing", async () => {
  const { client } = history([bar(0, ["1.0", "1.0", "1.0", "1.0"])]);
  const slow = Promise.withResolvers<void>();
  let first = true;
  const candles = new Candles(
    {
      ...client,
      async listBars(...query: Parameters<Spotwire["listBars"]>) {
        const waits = first;
        first = false;
        if (waits) await slow.promise;
        return await client.listBars(...query);
      },
    } as Spotwire,
    { symbol: "EURUSD", granularity: "M1", side: "mid", source: "live" },
  );
  const [late, newer] = [candles.load(at(0)), candles.load(at(1))];
  assertEquals(await newer, true);
  assertEquals(candles.finished.length, 1);
  slow.resolve();
  assertEquals(await late, false);
  assertEquals(candles.finished.length, 1, "the bars of a minute before");
});

Deno.test("the last bar is what is finished inside it, the live minutes and the newest price", async () => {
  const { client } = history([
    bar(0, ["1.0", "1.5", "0.9", "1.1"]),
    bar(1, ["1.1", "1.2", "1.0", "1.2"]),
  ]);
  const candles = new Candles(client, {
    symbol: "EURUSD",
    granularity: "M5",
    side: "mid",
    source: "live",
  });
  await candles.load(at(2));
  assertEquals(candles.last(), { openTime: at(0), open: 1, high: 1.5, low: 0.9, close: 1.2 });
  candles.takeBars([
    live(2, ["1.2", "1.3", "0.8", "1.0"]),
    live(2, ["9", "9", "9", "9"], { side: "bid" }),
    live(2, ["7", "7", "7", "7"], { version: 0 }),
  ]);
  candles.takeQuote(quote(2.5, "1.6"));
  assertEquals(candles.last(), { openTime: at(0), open: 1, high: 1.6, low: 0.8, close: 1.6 });
});

Deno.test("a price beyond the last bar ends it and begins the next; a late minute corrects it", async () => {
  const { client } = history([]);
  const candles = new Candles(client, {
    symbol: "EURUSD",
    granularity: "M1",
    side: "mid",
    source: "live",
  });
  await candles.load(at(0));
  candles.takeQuote(quote(0.2, "1.1"));
  candles.takeQuote(quote(0.8, "1.3"));
  candles.takeQuote(quote(1.1, "1.2"));
  assertEquals(candles.finished, [{ openTime: at(0), open: 1.1, high: 1.3, low: 1.1, close: 1.3 }]);
  assertEquals(candles.last()?.open, 1.2);
  const final = live(0, ["1.1", "1.4", "1.1", "1.3"], { state: "final", version: 9 });
  assertEquals(candles.takeBars([final]), true);
  assertEquals(candles.finished[0]?.high, 1.4);
  candles.takeQuote(quote(0.5, "5"));
  assertEquals(candles.last()?.high, 1.2, "a price of the past changes nothing");
});

Deno.test("bars that history tells of later fill their place, and replace what was seen of them", async () => {
  const told = [bar(0, ["1", "2", "1", "2"])];
  const { client, asked } = history(told);
  const spec = { symbol: "EURUSD", granularity: "M1", side: "mid", source: "live" } as const;
  const candles = new Candles(client, spec);
  await candles.load(at(2.5));
  candles.takeQuote(quote(2.6, "3"));
  candles.takeQuote(quote(3.1, "4"));
  assertEquals(candles.finished.map(({ openTime }) => openTime), [at(0), at(2)]);
  assertEquals(await candles.settle(), false);
  told.push(bar(1, ["2", "3", "2", "3"]), bar(2, ["3", "5", "1", "3"]));
  assertEquals(await candles.settle(), true);
  assertEquals(candles.finished.map(({ openTime, high }) => [openTime, high]), [
    [at(0), 2],
    [at(1), 3],
    [at(2), 5],
  ]);
  assertEquals(candles.last()?.openTime, at(3));
  const { from, to } = asked.at(-1) as { from: string; to: string };
  assertEquals([Date.parse(from), Date.parse(to)], [at(1), at(3)]);
});

Deno.test("older pages come once each, until there are none", async () => {
  const all = Array.from({ length: 1_100 }, (_, n) => bar(n, ["1", "1", "1", "1"]));
  const { client, asked } = history(all);
  const candles = new Candles(client, {
    symbol: "EURUSD",
    granularity: "M1",
    side: "mid",
    source: "live",
  });
  await candles.load(at(1_100));
  assertEquals([candles.finished.length, candles.complete], [500, false]);
  const both = await Promise.all([candles.loadOlder(), candles.loadOlder()]);
  assertEquals([both, candles.finished.length], [[true, false], 1_000]);
  assertEquals(await candles.loadOlder(), true);
  assertEquals([candles.finished.length, candles.complete], [1_100, false]);
  assertEquals([await candles.loadOlder(), candles.complete], [false, true]);
  const before = asked.length;
  assertEquals([await candles.loadOlder(), asked.length], [false, before]);
  const times = candles.finished.map((one) => one.openTime);
  assertEquals(times, times.toSorted((a, b) => a - b));
});

Deno.test("a chart of loaded history shows its newest bars, however old, all finished", async () => {
  const { client, asked } = history([bar(1, ["1", "2", "1", "2"]), bar(2, ["2", "3", "2", "3"])]);
  const spec = { symbol: "EURUSD", granularity: "M1", side: "bid", source: "lean" } as const;
  const candles = new Candles(client, spec);
  assertEquals(await candles.load(at(900_000)), true);
  assertEquals(candles.finished.map(({ openTime }) => openTime), [at(1), at(2)]);
  assertEquals([candles.last(), await candles.loadOlder(), candles.complete], [null, false, true]);
  assertEquals(asked[0], { side: "bid", granularity: "M1", source: "lean", limit: 500 });
});

Deno.test("a page that is short for what it would have to read is not taken for the oldest", async () => {
  const all = Array.from({ length: 250 }, (_, n) => bar(n, ["1", "1", "1", "1"]));
  const spec = { symbol: "EURUSD", granularity: "M1", side: "bid", source: "loaded" } as const;
  const candles = new Candles(history(all, 100).client, spec);
  await candles.load(at(300));
  while (await candles.loadOlder()) assertEquals(candles.complete, false);
  assertEquals([candles.finished.length, candles.complete], [250, true]);
});
