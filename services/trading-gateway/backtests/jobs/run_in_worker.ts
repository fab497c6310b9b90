/** Runs a backtest in a thread of its own and feeds it its tape. */

import type { BacktestReport } from "../../../../shared/contracts/http/backtest_report.ts";
import type { StrategyParameters } from "../../../../shared/sdk/mod.ts";
import { BacktestFailed, type BacktestSettings } from "../engine/settings.ts";
import type { Tape, TapePiece } from "../engine/tape.ts";
import type { FromWorker, ToWorker } from "./worker_messages.ts";

export interface WorkerRun {
  readonly strategy: string;
  readonly parameters: StrategyParameters;
  readonly settings: BacktestSettings;
  readonly tape: Tape;
  /** Ends the thread at once, whatever it is doing. */
  readonly signal: AbortSignal;
  readonly onProgress: (at: number) => void;
}

/** @throws BacktestFailed as `runBacktest` does; the signal's reason; whatever the tape throws. */
export async function runInWorker(run: WorkerRun): Promise<BacktestReport> {
  const { strategy, parameters, settings, tape, signal, onProgress } = run;
  signal.throwIfAborted();
  const worker = new Worker(new URL("./backtest_worker.ts", import.meta.url), { type: "module" });
  const pieces = tape.pieces()[Symbol.asyncIterator]();
  const { promise, resolve, reject } = Promise.withResolvers<BacktestReport>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const say = (message: ToWorker, moved: Transferable[] = []) => worker.postMessage(message, moved);
  const feed = async () => {
    const { done, value } = await pieces.next();
    const piece = done === true ? null : ownPiece(value);
    if (!signal.aborted) say({ kind: "piece", piece }, piece === null ? [] : buffersOf(piece));
  };
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (data.kind === "next") feed().catch(reject);
    else if (data.kind === "progress") onProgress(data.at);
    else if (data.kind === "done") resolve(data.report);
    else reject(new BacktestFailed(data.message));
  };
  worker.onerror = (event) => {
    event.preventDefault(); // else it would end the gateway
    reject(new BacktestFailed(event.message));
  };
  try {
    const { name, symbols } = tape;
    say({ kind: "begin", strategy, parameters, settings, tape: { name, symbols } });
    return await promise;
  } finally {
    signal.removeEventListener("abort", abort);
    worker.terminate();
    await pieces.return?.();
  }
}

/** Columns of its own: a tape's may be a part of longer ones, or lent. */
const ownPiece = ({ length, time, bid, ask, slot }: TapePiece): TapePiece => ({
  length,
  time: time.slice(0, length),
  bid: bid.slice(0, length),
  ask: ask.slice(0, length),
  slot: slot === null ? null : slot.slice(0, length),
});

const buffersOf = ({ time, bid, ask, slot }: TapePiece): Transferable[] =>
  [time, bid, ask, ...(slot === null ? [] : [slot])].map(({ buffer }) => buffer as ArrayBuffer);
