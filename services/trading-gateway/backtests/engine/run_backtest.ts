/** Runs a backtest over a tape from beginning to end. */

import type { BacktestReport } from "../../../../shared/contracts/http/backtest_report.ts";
import {
  type AnyStrategyDefinition,
  readyStrategy,
  type StrategyParameters,
} from "../../../../shared/sdk/strategy/strategy.ts";
import { Backtest } from "./backtest.ts";
import { reportOf } from "./report.ts";
import { BacktestFailed, type BacktestSettings } from "./settings.ts";
import type { Tape } from "./tape.ts";

export interface RunOptions {
  readonly settings: BacktestSettings;
  readonly definition: AnyStrategyDefinition;
  readonly parameters: StrategyParameters;
  readonly tape: Tape;
  readonly signal?: AbortSignal | undefined;
  /** Hears now and then how far the run is: the market's time. */
  readonly onProgress?: ((at: number) => void) | undefined;
}

/** @throws BacktestFailed where strategy or prices do not allow a run; whatever a callback throws. */
export async function runBacktest(options: RunOptions): Promise<BacktestReport> {
  const { settings, definition, parameters, tape, signal, onProgress } = options;
  const strategy = readyStrategy(definition, { symbols: settings.symbols, parameters });
  const run = new Backtest({ settings, strategy, symbols: tape.symbols });
  run.start();
  for await (const piece of tape.pieces()) {
    signal?.throwIfAborted();
    run.feed(piece);
    const last = piece.time[piece.length - 1]!;
    onProgress?.(last);
    if (last >= settings.to) break;
  }
  if (run.lastQuoteAt === null) {
    throw new BacktestFailed(`There are no prices of ${settings.symbols} in the period`);
  }
  run.finish();
  return reportOf(run, {
    strategy: definition.name,
    parameters: { ...definition.parameters, ...parameters },
    prices: tape.name,
  });
}
