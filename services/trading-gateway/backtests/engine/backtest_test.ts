// Goal: a run's report is the same for the same inputs, byte for byte; its figures add up, and the
// accounts, costs and trades in it are what a person works out by hand.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Micros, micros } from "../../../../shared/domain/money.ts";
import type { Symbol } from "../../../../shared/domain/instrument.ts";
import { defaultTerms } from "../../../../shared/domain/terms.ts";
import { dataTest } from "../../../../shared/testing/test_data.ts";
import { type Bot, defineStrategy } from "../../../../shared/sdk/mod.ts";
import { detectSource } from "../../../../shared/venues/files/detect_source.ts";
import { backtestPage } from "../report_page.ts";
import { builtInStrategies } from "../strategies.ts";
import { pieceOf, settingsOf, startAt, tapeOf, walk } from "../testing/columns.ts";
import { tradesCsv } from "../trades_csv.ts";
import { backtestAccount } from "./backtest.ts";
import { runBacktest } from "./run_backtest.ts";
import { BacktestFailed } from "./settings.ts";
import type { TapePiece } from "./tape.ts";

const twoAverages = builtInStrategies.get("two-averages")!;
const eurusd = ["EURUSD"];

/** Prices of one symbol, a second apart. */
const prices = (rows: readonly (readonly [bid: number, ask: number])[]): TapePiece => ({
  length: rows.length,
  time: Float64Array.from(rows, (_, at) => startAt + 1_000 * (at + 1)),
  bid: Int32Array.from(rows, ([bid]) => bid),
  ask: Int32Array.from(rows, ([, ask]) => ask),
  slot: null,
});

/** Does one thing at each quote. */
const steps = (todo: readonly ((bot: Bot) => void)[]) =>
  defineStrategy({
    name: "steps",
    parameters: {},
    create: () => {
      let at = 0;
      return { onQuote: (_, bot) => todo[at++]?.(bot) };
    },
  });

const order = { symbol: "EURUSD", type: "market", units: "100000" } as const;
const wait = () => {};

Deno.test("a round trip costs its spread, slippage and commission, and nothing else", async () => {
  const settings = settingsOf({
    to: startAt + 3_600_000,
    fills: { latencyMs: 0, slippagePoints: 2, partialShare: 0, rejectShare: 0 },
    terms: {
      ...defaultTerms,
      commissions: [{
        currency: "USD",
        perLot: micros(3_500_000n),
        perMillion: micros(0n),
        minimum: micros(0n),
      }],
    },
  });
  const report = await runBacktest({
    settings,
    definition: steps([
      (bot) => bot.place({ ...order, side: "buy" }),
      wait,
      (bot) => bot.place({ ...order, side: "sell" }),
    ]),
    parameters: {},
    tape: tapeOf(eurusd, [prices([
      [110_000, 110_010],
      [109_950, 109_960],
      [110_100, 110_110],
      [110_200, 110_210],
    ])]),
  });
  // Bought at 1.10012, sold at 1.10098: 86 USD; 3.50 each way; half of ten points each way.
  assertEquals(report.costs, {
    spread: "10.000000",
    slippage: "4.000000",
    commission: "7.000000",
    carry: "0.000000",
  });
  assertEquals(report.summary.netProfit, "79.000000");
  assertEquals(report.summary.profitBeforeCosts, "100.000000");
  const [trade] = report.trades;
  assertEquals(report.trades.length, 1);
  assertEquals([trade!.entryPrice, trade!.exitPrice, trade!.seconds], ["1.10012", "1.10098", 2]);
  assertEquals([trade!.adversePips, trade!.favourablePips], [6.2, 8.8]);
  assertEquals(report.summary.closingEquity, report.summary.closingBalance);
});

Deno.test("a refused order reaches the strategy and the report by its code", async () => {
  const report = await runBacktest({
    settings: settingsOf({ balance: micros(1_000_000n) as Micros, to: startAt + 60_000 }),
    definition: steps([(bot) => bot.place({ ...order, side: "buy" })]),
    parameters: {},
    tape: tapeOf(eurusd, [prices([[110_000, 110_010], [110_000, 110_010]])]),
  });
  assertEquals(report.refusals, { insufficient_margin: 1 });
  assertEquals([report.summary.orders, report.summary.ordersRefused], [0, 1]);
});

/** The same price at each of the moments, hours after the start. */
const atHours = (hours: readonly number[]): TapePiece => {
  const piece = prices(hours.map(() => [110_000, 110_010]));
  hours.forEach((hour, at) => piece.time[at] = startAt + hour * 3_600_000);
  return piece;
};

Deno.test("a position held over Wednesday's 17:00 New York is charged for three days, once", async () => {
  const run = (over: Parameters<typeof settingsOf>[0]) =>
    runBacktest({
      settings: settingsOf({ to: startAt + 15 * 3_600_000, ...over }),
      definition: steps([(bot) => bot.place({ ...order, side: "buy" })]),
      parameters: {},
      tape: tapeOf(eurusd, [atHours([1, 2, 12.9, 13.1, 14])]),
    });
  const report = await run({});
  // 2 % less 3.625 % less a markup of 1 %, on 110,000 USD, for 3 days of 360.
  assertEquals(report.costs.carry, "-24.062500");
  assertEquals(report.financing, [{
    symbol: "EURUSD",
    side: "long",
    annualRate: "-2.625",
    from: "2026-02-04",
    to: "2026-02-04",
    rolls: 1,
    days: 3,
    amount: "-24.062500",
    origin:
      "EUR 2 % and USD 3.625 % (the platform's defaults since 2026-01-01, indicative), markup 1 %",
  }]);
  assertEquals(report.trades[0]!.carry, "-24.062500");
  assert(backtestPage(report).includes("-2.625 % a year"));
  const { financing } = defaultTerms;
  const free = { ...financing, swapFree: [backtestAccount], currencies: [] };
  const without = await run({ terms: { ...defaultTerms, financing: free } });
  assertEquals([without.costs.carry, without.settings.carry], ["0.000000", "none"]);
  assert(backtestPage(without).includes("None was charged, as asked"));
  const euro = { currency: "EUR" as const, since: "2026-02-01", ppm: 10_000 };
  const own = { ...financing, currencies: [euro, ...financing.currencies] };
  const [set] = (await run({ terms: { ...defaultTerms, financing: own } })).financing;
  assertEquals(
    set!.origin,
    "EUR 1 % (set since 2026-02-01) and USD 3.625 % (the platform's default, indicative since " +
      "2026-01-01), markup 1 %",
  );
  const points = (thousandths: number) => ({ kind: "points", thousandths }) as const;
  const swaps = { symbol: "EURUSD" as Symbol, since: "2026-01-05" };
  const instruments = [{ ...swaps, long: points(-4_500), short: points(1_000) }];
  const [swap] =
    (await run({ terms: { ...defaultTerms, financing: { ...financing, instruments } } }))
      .financing;
  assertEquals([swap!.swapPoints, swap!.origin], ["-4.5", "set for EURUSD since 2026-01-05"]);
});

Deno.test("a roll that has no rate, or no conversion, ends the run and says what is missing", async () => {
  const run = (over: Parameters<typeof settingsOf>[0]) =>
    runBacktest({
      settings: settingsOf({ to: startAt + 15 * 3_600_000, ...over }),
      definition: steps([(bot) => bot.place({ ...order, side: "buy" })]),
      parameters: {},
      tape: tapeOf(eurusd, [atHours([1, 2, 12.9, 13.1, 14])]),
    });
  const financing = { ...defaultTerms.financing, currencies: [] };
  const error = await assertRejects(
    () => run({ terms: { ...defaultTerms, financing } }),
    BacktestFailed,
  );
  assertEquals(
    error.message,
    "Cannot charge carry: EURUSD is held over 17:00 New York of 2026-02-04, and no financing rate " +
      "is set for that day. Ask for carry none (--carry none), or set what is missing in " +
      "terms.financing",
  );
});

Deno.test("timers ring in market time; an order against a price grown old is refused", async () => {
  const rung: number[] = [];
  const report = await runBacktest({
    settings: settingsOf({ to: startAt + 3 * 3_600_000 }),
    definition: steps([(bot) => {
      for (const minutes of [4, 6]) {
        bot.after(minutes * 60_000, () => {
          rung.push((bot.now - startAt) / 60_000 - 60);
          bot.place({ ...order, units: "1000", side: "buy" });
        });
      }
    }]),
    parameters: {},
    tape: tapeOf(eurusd, [atHours([1, 1.5])]),
  });
  assertEquals(rung, [4, 6]);
  assertEquals([report.summary.fills, report.refusals], [1, { quote_stale: 1 }]);
});

Deno.test("an account whose equity falls is stopped out part by part, and stays above the level", async () => {
  const run = (points: number) =>
    runBacktest({
      settings: settingsOf({ balance: micros(3_700_000_000n), to: startAt + 301_000 }),
      definition: steps([(bot) => bot.place({ ...order, side: "buy" })]),
      parameters: {},
      tape: tapeOf(eurusd, [
        prices(Array.from({ length: 300 }, (_, at) =>
          [110_000 - points * at, 110_010 - points * at] as const)),
      ]),
    });
  // It falls by 2,990 USD: from 3,700 to below half of a margin of some 3,600.
  const { summary, curve } = await run(10);
  assert(summary.orders > 1, "the platform closes a part of the position");
  assert(curve.every((point) => 2 * Number(point.equity) >= Number(point.marginUsed)));
  const last = curve.at(-1)!;
  assert(Number(last.notional) > 0 && Number(last.notional) < 100_000);
  // By 1,495 USD: above it.
  assertEquals((await run(5)).summary.orders, 1);
});

Deno.test("prices that are none are refused and counted; a run without any fails", async () => {
  const piece = prices([[110_000, 110_010], [110_010, 110_010], [0, 5], [110_000, 110_010]]);
  piece.time[3] = startAt;
  const about = { settings: settingsOf(), definition: steps([]), parameters: {} };
  const { quotes } = await runBacktest({ ...about, tape: tapeOf(eurusd, [piece]) });
  assertEquals([quotes.count, quotes.refused], [1, 3]);
  await assertRejects(
    () => runBacktest({ ...about, tape: tapeOf(eurusd, []) }),
    BacktestFailed,
    "no prices of EURUSD",
  );
});

Deno.test("a strategy that answers itself without end fails instead of hanging", async () => {
  const definition = defineStrategy({
    name: "endless",
    parameters: {},
    create: () => ({
      onQuote: (_, bot) => void bot.place({ ...order, side: "buy", units: "1" }),
      onFill: (_, bot) => void bot.place({ ...order, side: "buy", units: "1" }),
    }),
  });
  const tape = tapeOf(eurusd, [prices([[110_000, 110_010]])]);
  await assertRejects(
    () => runBacktest({ settings: settingsOf(), definition, parameters: {}, tape }),
    BacktestFailed,
    "without end",
  );
});

Deno.test("chance at the venue repeats by its seed, and differs by it", async () => {
  const run = async (seed: string) =>
    JSON.stringify(
      await runBacktest({
        settings: settingsOf({
          seed,
          to: startAt + 86_400_000,
          fills: { latencyMs: 50, slippagePoints: 1, partialShare: 0.5, rejectShare: 0.2 },
        }),
        definition: twoAverages,
        parameters: { fast: 3, slow: 9, barSeconds: 0 },
        tape: tapeOf(eurusd, [pieceOf(walk({ seed: "a", rows: 3_000, bid: 110_000, stepMax: 9 }))]),
      }),
    );
  const first = await run("one");
  assertEquals(await run("one"), first);
  assert(JSON.parse(await run("two")).digest !== JSON.parse(first).digest);
});

dataTest(
  "every built-in strategy runs over a real day, the same each time, and is reported",
  "dukascopy/EURUSD",
  async (path) => {
    const { files } = await detectSource(path);
    const pieces: TapePiece[] = [];
    for (const file of files) {
      if (file.kind !== "ticks") continue;
      for await (const { ticks } of file.read()) pieces.push(pieceOf(ticks));
    }
    for (const definition of builtInStrategies.values()) {
      const run = () =>
        runBacktest({
          settings: settingsOf({
            symbols: ["EURUSD" as Symbol],
            from: Date.UTC(2019, 1, 4),
            to: Date.UTC(2019, 1, 5),
            // There are no default rates of 2019.
            terms: {
              ...defaultTerms,
              financing: { ...defaultTerms.financing, swapFree: [backtestAccount] },
            },
          }),
          definition,
          parameters: {},
          tape: tapeOf(eurusd, pieces),
        });
      const report = await run();
      assertEquals(JSON.stringify(await run()), JSON.stringify(report));
      assertEquals(report.quotes.count + report.quotes.refused, 136_741);
      assert(report.summary.trades > 0, definition.name);
      assert(report.curve.length <= 1_000);
      const rows = tradesCsv(report).trimEnd().split("\r\n");
      assertEquals(rows.length, 1 + report.trades.length);
      const page = backtestPage(report);
      assert(page.includes(report.summary.netProfit.replace(/0{1,4}$/, "")), definition.name);
      assert(page.includes("<polyline"));
      assert(!/NaN|undefined|Infinity/.test(page + rows.join()), definition.name);
    }
  },
);
