/** A backtest as it is asked for, made ready to run; pure. */

import type { CreateBacktestBody } from "../../../../shared/contracts/http/backtests.ts";
import type { Symbol } from "../../../../shared/domain/instrument.ts";
import { findInstrument } from "../../../../shared/domain/instruments.ts";
import { parseMicros } from "../../../../shared/domain/money.ts";
import type { TradingTerms } from "../../../../shared/domain/terms.ts";
import { parseRfc3339 } from "../../../../shared/domain/time.ts";
import type { FieldError } from "../../../../shared/runtime/problem.ts";
import { type AnyStrategyDefinition, readyStrategy } from "../../../../shared/sdk/mod.ts";
import { backtestAccount } from "../engine/backtest.ts";
import type { BacktestSettings } from "../engine/settings.ts";
import { builtInStrategies } from "../strategies.ts";

export interface ReadyBacktest {
  readonly definition: AnyStrategyDefinition;
  /** All but the period, which the history may decide. */
  readonly settings: Omit<BacktestSettings, "from" | "to">;
  /** `null` for all there is. */
  readonly from: number | null;
  readonly to: number | null;
}

const fault = (path: string, message: string): FieldError => ({ path, message });

/** The field that cannot be run, and why. */
export function readyBacktest(
  asked: CreateBacktestBody,
  terms: TradingTerms,
): ReadyBacktest | FieldError {
  const definition = builtInStrategies.get(asked.strategy);
  if (definition === undefined) {
    const names = [...builtInStrategies.keys()].join(", ");
    return fault("/strategy", `There is no strategy ${asked.strategy}; there are ${names}`);
  }
  const unlisted = asked.symbols.find((symbol) => findInstrument(symbol) === undefined);
  if (unlisted !== undefined) return fault("/symbols", `${unlisted} is not listed`);
  if (new Set(asked.symbols).size < asked.symbols.length) {
    return fault("/symbols", "A symbol is named twice");
  }
  const balance = parseMicros(asked.balance);
  if (typeof balance === "string" || balance <= 0n) {
    return fault("/balance", "The balance is not a positive amount");
  }
  const from = asked.from === undefined ? null : parseRfc3339(asked.from);
  const to = asked.to === undefined ? null : parseRfc3339(asked.to);
  if (from !== null && to !== null && from >= to) {
    return fault("/to", "The period ends before it begins");
  }
  const { symbols, parameters, latencyMs, slippagePoints, partialShare, rejectShare } = asked;
  try {
    readyStrategy(definition, { symbols, parameters });
  } catch (error) {
    if (error instanceof RangeError) return fault("/parameters", error.message);
    throw error;
  }
  const { financing } = terms;
  const swapFree = asked.carry === "none"
    ? [...financing.swapFree, backtestAccount]
    : financing.swapFree;
  const settings = {
    symbols: symbols as Symbol[],
    currency: asked.currency,
    balance,
    hours: asked.hours,
    fills: { latencyMs, slippagePoints, partialShare, rejectShare },
    seed: asked.seed,
    terms: { ...terms, financing: { ...financing, swapFree } },
  };
  return { definition, settings, from, to };
}
