/**
 * What the gateway and the worker of a backtest say to each other. The worker asks for each piece of
 * the tape when it wants it, so neither side runs ahead of the other; the store is the gateway's alone.
 */

import type { BacktestReport } from "../../../../shared/contracts/http/backtest_report.ts";
import type { Symbol } from "../../../../shared/domain/instrument.ts";
import type { StrategyParameters } from "../../../../shared/sdk/mod.ts";
import type { BacktestSettings } from "../engine/settings.ts";
import type { TapePiece } from "../engine/tape.ts";

export type ToWorker =
  | {
    readonly kind: "begin";
    readonly strategy: string;
    readonly parameters: StrategyParameters;
    readonly settings: BacktestSettings;
    readonly tape: { readonly name: string; readonly symbols: readonly Symbol[] };
  }
  /** `null` at the end of the tape. */
  | { readonly kind: "piece"; readonly piece: TapePiece | null };

export type FromWorker =
  | { readonly kind: "next" }
  /** The market's time that it has come to. */
  | { readonly kind: "progress"; readonly at: number }
  | { readonly kind: "done"; readonly report: BacktestReport }
  | { readonly kind: "failed"; readonly message: string };
