/** The thread of one backtest: told what to run, it asks for prices until it has a report. */

import { runBacktest } from "../engine/run_backtest.ts";
import type { TapePiece } from "../engine/tape.ts";
import { builtInStrategies } from "../strategies.ts";
import type { FromWorker, ToWorker } from "./worker_messages.ts";

/** What of a worker's global scope this one uses; the types of a window do not have it. */
const scope = globalThis as unknown as {
  postMessage(message: FromWorker): void;
  onmessage: (event: { readonly data: ToWorker }) => void;
};

let deliver: (piece: TapePiece | null) => void = () => {};

function nextPiece(): Promise<TapePiece | null> {
  const { promise, resolve } = Promise.withResolvers<TapePiece | null>();
  deliver = resolve;
  scope.postMessage({ kind: "next" });
  return promise;
}

async function* pieces(): AsyncGenerator<TapePiece> {
  for (let piece = await nextPiece(); piece !== null; piece = await nextPiece()) yield piece;
}

async function run(told: Extract<ToWorker, { kind: "begin" }>): Promise<void> {
  const { strategy, parameters, settings, tape } = told;
  try {
    const report = await runBacktest({
      definition: builtInStrategies.get(strategy)!,
      parameters,
      settings,
      tape: { ...tape, pieces },
      onProgress: (at) => scope.postMessage({ kind: "progress", at }),
    });
    scope.postMessage({ kind: "done", report });
  } catch (error) {
    scope.postMessage({ kind: "failed", message: messageOf(error) });
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

scope.onmessage = ({ data }) => {
  if (data.kind === "begin") void run(data);
  else deliver(data.piece);
};
