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
      assert(page.includes(report.summary.netProfit) && page.includes("<polyline"));
      assert(!/NaN|undefined|Infinity/.test(page + rows.join()), definition.name);
    }
  },
);
