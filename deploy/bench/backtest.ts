/**
 * A crossover of two moving averages over a real day of EURUSD ticks, decided at every quote: orders
 * checked and decided, fills, books, margin and the report's figures, on one core. Beside it, the
 * same engine that shows desk and venue every quote.
 */

import type { TickColumns } from "../../shared/domain/columns.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { micros } from "../../shared/domain/money.ts";
import { defaultTerms } from "../../shared/domain/terms.ts";
import twoAverages from "../../shared/sdk/examples/two_averages.ts";
import { readyStrategy } from "../../shared/sdk/mod.ts";
import { testData } from "../../shared/testing/test_data.ts";
import { concatTicks } from "../../shared/timeseries/tick_columns.ts";
import { detectSource } from "../../shared/venues/files/detect_source.ts";
import { Backtest } from "../../services/trading-gateway/backtests/engine/backtest.ts";
import { untilIdle } from "./idle.ts";
import type { BenchResult } from "./result.ts";

const symbols = ["EURUSD"] as Symbol[];
const perYear = (ppm: number) => ({ kind: "annual", ppm }) as const;
const overnight = {
  symbol: symbols[0]!,
  since: "2019-01-01",
  long: perYear(-30_000),
  short: perYear(10_000),
};
const rounds = 12;
/** Times that one round goes over the day, each in a run of its own. */
const runsOfRound = 4;

async function readDay(): Promise<TickColumns> {
  const folder = testData("dukascopy/EURUSD");
  if (folder === null) throw new Error("Cannot measure: set SPOTWIRE_TEST_DATA to the real data");
  const { files } = await detectSource(folder);
  const parts: TickColumns[] = [];
  for (const file of files) {
    if (file.kind !== "ticks") continue;
    for await (const { ticks } of file.read()) parts.push(ticks);
  }
  return concatTicks(parts);
}

function run(day: TickColumns, isEager: boolean): Backtest {
  const parameters = { fast: 500, slow: 2_500, barSeconds: 0, units: 100_000 };
  const backtest = new Backtest({
    strategy: readyStrategy(twoAverages, { symbols, parameters }),
    symbols,
    isEager,
    settings: {
      symbols,
      from: day.time[0]!,
      to: day.time[day.length - 1]! + 1,
      currency: "USD",
      balance: micros(100_000_000_000n),
      hours: "fx-week",
      fills: { latencyMs: 0, slippagePoints: 1, partialShare: 0, rejectShare: 0 },
      seed: "bench",
      terms: {
        ...defaultTerms,
        // What is held overnight is charged, and there are no default rates of the day.
        financing: { ...defaultTerms.financing, instruments: [overnight] },
        commissions: [{
          currency: "USD",
          perLot: micros(3_500_000n),
          perMillion: micros(0n),
          minimum: micros(0n),
        }],
      },
    },
  });
  const { length, time, bid, ask } = day;
  backtest.start();
  backtest.feed({ length, time, bid, ask, slot: null });
  backtest.finish();
  return backtest;
}

/** Quotes a second in the median round. */
async function measure(day: TickColumns, of: { rounds: number; isEager: boolean }) {
  const rates: number[] = [];
  let fills = 0;
  for (let round = 0; round < of.rounds; round++) {
    await untilIdle({ share: 0.4, msMax: 2_000 });
    const startAt = performance.now();
    for (let n = 0; n < runsOfRound; n++) fills = run(day, of.isEager).findings.counts.fills;
    rates.push(runsOfRound * day.length / (performance.now() - startAt) * 1_000);
  }
  const sorted = rates.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)]!, first: rates[0]!, fills };
}

export async function benchBacktest(): Promise<BenchResult> {
  const day = await readDay();
  const ours = await measure(day, { rounds, isEager: false });
  const eager = await measure(day, { rounds: 3, isEager: true });
  const perSecond = (rate: number) => Math.round(rate).toLocaleString("en");
  console.log(
    `${day.length} quotes, ${ours.fills} fills: ${perSecond(ours.median)} quotes/s, ` +
      `${perSecond(ours.first)} in the first round; every quote shown ${perSecond(eager.median)}`,
  );
  return {
    bench: "backtest",
    ratios: { every_quote_shown: ours.median / eager.median },
    figures: { quotes_per_s: ours.median, quotes_per_s_cold: ours.first, fills: ours.fills },
  };
}
