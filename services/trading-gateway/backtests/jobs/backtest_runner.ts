/**
 * Runs the backtests that wait, one at a time, in a thread of their own. Many processes may do so
 * over one store: each holds what it runs by a lease, and takes up what another left.
 */

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
import {
  type BacktestLease,
  type BacktestStore,
  leaseSeconds,
  type TakenBacktest,
} from "./backtest_store.ts";
import { holdLease } from "./hold_lease.ts";
import { readyBacktest } from "./ready_backtest.ts";
import { runInWorker } from "./run_in_worker.ts";

/** How often a backtest is looked for that another process was asked for, or left. */
const lookEveryMs = 1_000;
const beatEveryMs = 1_000;
/** Turns of one backtest that may end without an outcome: it may be the backtest that ends them. */
const faultsMax = 3;

export interface RunnerParts {
  readonly store: BacktestStore;
  readonly history: History;
  /** Of the platform: commission, financing, margin. */
  readonly terms: TradingTerms;
  /** Of this process, unlike every other's: its leases carry it. */
  readonly owner: string;
  readonly now: () => EpochMs;
  readonly logger: Logger;
}

interface Running {
  readonly lease: BacktestLease;
  /** Ends the thread. */
  readonly ending: AbortController;
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

  /** One more waits: do not wait for the next look. */
  kick(): void {
    this.#asked.resolve();
  }

  /** Ends the thread of a backtest if it runs here, at once; elsewhere its next beat does. */
  stop(backtestId: string): void {
    if (this.#running?.lease.backtestId === backtestId) this.#running.ending.abort();
  }

  /** Until the signal aborts; one that runs then is given back. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, owner, now, logger } = this.#parts;
    while (!signal.aborted) {
      this.#asked = Promise.withResolvers();
      try {
        const taken = await store.take(owner, now());
        if (taken !== null) {
          await this.#see(taken, signal);
          continue;
        }
      } catch (error) {
        logger.error({ err: error }, "backtests not carried on, will retry");
      }
      await Promise.race([pause(lookEveryMs, signal), this.#asked.promise]);
    }
  }

  /** Sees one through, or gives it back. @throws Error where the store cannot be asked */
  async #see({ lease, asked, faults }: TakenBacktest, signal: AbortSignal): Promise<void> {
    const { backtestId } = lease;
    const { store, now, logger } = this.#parts;
    const running: Running = { lease, ending: new AbortController(), share: 0 };
    this.#running = running;
    const beating = this.#hold(running);
    try {
      const outcome = faults >= faultsMax
        ? `Its process died, or prices could not be read, ${faults} times while it ran`
        : await this.#outcome(asked, running, AbortSignal.any([signal, running.ending.signal]));
      const kept = await store.finish(lease, { now: now(), outcome });
      logger.info({ backtestId, kept, failed: typeof outcome === "string" }, "backtest ended");
    } catch (error) {
      if (running.ending.signal.aborted) return;
      await store.giveBack(lease, signal.aborted ? 0 : 1);
      if (!signal.aborted) throw error;
    } finally {
      running.ending.abort();
      this.#running = null;
      await beating;
    }
  }

  #hold(running: Running): Promise<void> {
    const { lease, ending } = running;
    const { store, logger } = this.#parts;
    const { backtestId } = lease;
    return holdLease({
      beat: () => store.beat(lease, percentOf(running.share)),
      beatEveryMs,
      leaseMs: leaseSeconds * 1_000,
      onError: (error) => logger.warn({ err: error, backtestId }, "cannot renew the lease"),
    }, ending);
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
}

/** Of a share of the period, to a tenth. */
const percentOf = (share: number): number =>
  Math.min(100, Math.max(0, Math.round(1_000 * share) / 10));
