/** Runs the backtests that wait, one at a time, in a thread of their own. */

import type { BacktestReport } from "../../../../shared/contracts/http/backtest_report.ts";
import type { CreateBacktestBody } from "../../../../shared/contracts/http/backtests.ts";
import type { TradingTerms } from "../../../../shared/domain/terms.ts";
import type { EpochMs } from "../../../../shared/domain/time.ts";
import type { Logger } from "../../../../shared/runtime/logger.ts";
import { pause } from "../../../../shared/runtime/time.ts";
import type { History } from "../../../../shared/timeseries/history.ts";
import { BacktestFailed } from "../engine/settings.ts";
import { mostRecorded, openHistoryTape } from "../history_tape.ts";
import { tapeSymbols } from "../tape_symbols.ts";
import type { BacktestRow, BacktestStore } from "./backtest_store.ts";
import { readyBacktest } from "./ready_backtest.ts";
import { runInWorker } from "./run_in_worker.ts";

const retryMs = 1_000;

export interface RunnerParts {
  readonly store: BacktestStore;
  readonly history: History;
  /** Of the platform: commission, financing, margin. */
  readonly terms: TradingTerms;
  readonly now: () => EpochMs;
  readonly logger: Logger;
}

interface Running {
  readonly backtestId: string;
  readonly stop: AbortController;
  /** Of the period, 0 to 1. */
  share: number;
}

export class BacktestRunner {
  readonly #parts: RunnerParts;
  #running: Running | null = null;
  #asked = Promise.withResolvers<void>();

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  get terms(): TradingTerms {
    return this.#parts.terms;
  }

  /** Of a period, as far as it is run; 0 where it does not run. */
  percentOf(backtestId: string): number {
    if (this.#running?.backtestId !== backtestId) return 0;
    return Math.min(100, Math.max(0, Math.round(1_000 * this.#running.share) / 10));
  }

  /** One more waits. */
  kick(): void {
    this.#asked.resolve();
  }

  /** Ends the thread of a backtest, if it runs; its row is for the caller to change first. */
  stop(backtestId: string): void {
    if (this.#running?.backtestId === backtestId) this.#running.stop.abort();
  }

  /** Until the signal aborts; one that runs then begins anew at the next start. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, now, logger } = this.#parts;
    let requeued = false;
    while (!signal.aborted) {
      this.#asked = Promise.withResolvers();
      try {
        if (!requeued) await store.requeue();
        requeued = true;
        const row = await store.take(now());
        if (row === null) await this.#untilAsked(signal);
        else await this.#do(row, signal);
      } catch (error) {
        requeued = false;
        logger.error({ err: error }, "backtests not carried on, will retry");
        await pause(retryMs, signal);
      }
    }
  }

  async #do(row: BacktestRow, signal: AbortSignal): Promise<void> {
    const { store, now, logger } = this.#parts;
    const backtestId = row.backtest_id;
    const running: Running = { backtestId, stop: new AbortController(), share: 0 };
    this.#running = running;
    const either = AbortSignal.any([signal, running.stop.signal]);
    try {
      // It may have been canceled before there was anything to stop.
      if ((await store.find(backtestId))?.state !== "running") return;
      const outcome = await this.#outcome(row.asked, running, either);
      await store.finish(backtestId, { now: now(), outcome });
      logger.info({ backtestId, failed: typeof outcome === "string" }, "backtest ended");
    } catch (error) {
      if (!either.aborted) throw error;
    } finally {
      this.#running = null;
    }
  }

  /** The report, or why there is none. @throws Error where the store cannot be read */
  async #outcome(
    asked: CreateBacktestBody,
    running: Running,
    signal: AbortSignal,
  ): Promise<BacktestReport | string> {
    const { history, terms } = this.#parts;
    const ready = readyBacktest(asked, terms);
    if ("message" in ready) return ready.message;
    const traded = ready.settings.symbols;
    try {
      const most = await mostRecorded(history, traded[0]!, asked.source);
      const { source } = most.series;
      const range = { from: ready.from ?? most.from, to: ready.to ?? most.to + 1 };
      if (range.from >= range.to) return "There are no prices in the period";
      const symbols = tapeSymbols(traded, asked.currency);
      const { strategy, parameters, spreadPoints } = asked;
      const about = { traded, symbols, source, range, spreadPoints };
      return await runInWorker({
        strategy,
        parameters,
        settings: { ...ready.settings, ...range },
        tape: await openHistoryTape(history, about),
        signal,
        onProgress: (at) => running.share = (at - range.from) / (range.to - range.from),
      });
    } catch (error) {
      if (error instanceof BacktestFailed) return error.message;
      throw error;
    }
  }

  async #untilAsked(signal: AbortSignal): Promise<void> {
    const wake = () => this.kick();
    signal.addEventListener("abort", wake, { once: true });
    if (!signal.aborted) await this.#asked.promise;
    signal.removeEventListener("abort", wake);
  }
}
