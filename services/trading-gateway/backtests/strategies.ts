/** Strategies that a backtest can name: the SDK's examples. */

import breakout from "../../../shared/sdk/examples/breakout.ts";
import meanReversion from "../../../shared/sdk/examples/mean_reversion.ts";
import twoAverages from "../../../shared/sdk/examples/two_averages.ts";
import type { AnyStrategyDefinition } from "../../../shared/sdk/mod.ts";

export const builtInStrategies: ReadonlyMap<string, AnyStrategyDefinition> = new Map(
  [twoAverages, breakout, meanReversion].map((one) => [one.name, one as AnyStrategyDefinition]),
);
