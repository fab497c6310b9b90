/**
 * What a channel of the feed is to the hub: updates on their way, the newest of each, and how they
 * become frames. Quotes and bars are channels; signals and orders can be others.
 */

export type Encoding = "json" | "binary";
/** What one message of a socket carries: text, or bytes. Both have a `length`. */
export type Frame = string | Uint8Array<ArrayBuffer>;

export interface Update {
  /** Of two updates with one key, a client that is behind gets the newer only. */
  readonly key: string;
  /** What subscriptions choose by. */
  readonly symbol: string;
}

export interface ChannelBoard<One extends Update = Update> {
  /** Updates since the last `takePending`. */
  readonly pending: number;
  /** What has come since the last call, in order. */
  takePending(): readonly One[];
  /** Looks for what time alone has changed; such updates are pending then. */
  refresh(): void;
  /** The newest update of each of the keys that has one. */
  newest(keys: Iterable<string>): One[];
  /** Where the symbols (`null`: all) stand: what a new subscriber is told. */
  standing(symbols: ReadonlySet<string> | null): One[];
  frame(kind: "snapshot" | "update", updates: readonly One[], encoding: Encoding): Frame;
}
