/** Strategies: written once, run live, on the simulated venue, and over history. */

export { defineStrategy, readyStrategy } from "./strategy.ts";
export type {
  AnyStrategyDefinition,
  Bot,
  CancelTimer,
  NewOrder,
  Strategy,
  StrategyBar,
  StrategyDefinition,
  StrategyFill,
  StrategyParameters,
  StrategyQuote,
  StrategyRefusal,
} from "./strategy.ts";
export { StrategyHost } from "./host.ts";
export type { HostedSymbol, StrategyHostOptions, StrategyPort } from "./host.ts";
export { runStrategy } from "./run_strategy.ts";
export type { RunStrategyOptions } from "./run_strategy.ts";
export { reach } from "./reach.ts";
export { Average, Channel } from "./indicators.ts";
