/** Spotwire's client for TypeScript: the HTTP operations and the quote feed. */

export { createSpotwire } from "./spotwire.ts";
export type { SpotwireOptions } from "./spotwire.ts";
export type { Spotwire } from "./spotwire_api.ts";
export type { CallOptions } from "./call_options.ts";
export type { PipelineApi, SymbolDay } from "./pipeline_api.ts";
export type { BacktestsApi } from "./backtests_api.ts";
export type { RiskApi } from "./risk_api.ts";
export type { RetryLimits } from "./retry.ts";
export type { BackoffLimits } from "./backoff.ts";
export type { Credential } from "./credential.ts";
export { SpotwireProblem } from "./problem.ts";
export type { ProblemField, SpotwireProblemCode } from "./problem.ts";
export { AccountFeed } from "./account_feed.ts";
export type { AccountFeedEvents, AccountFeedOptions } from "./account_feed.ts";
export type { AccountSnapshotFrame, AccountValuesFrame } from "./account_frames.ts";
export { FeedClient } from "./feed.ts";
export type { FeedEvents, FeedOptions, FeedStatus } from "./feed.ts";
export { FeedClosed, FeedRefusal } from "./feed_subscriptions.ts";
export type {
  FeedProblemCode,
  FeedQuote,
  FeedSymbols,
  LiveBar,
  LiveSignal,
} from "./feed_frames.ts";
export { feedProtocols, QuoteDecoder } from "./feed_binary.ts";
export type { FeedSocket, FeedSocketConstructor } from "./feed_socket.ts";
export * from "./strategy/mod.ts";
export type * from "./generated/types.gen.ts";
