/**
 * What a channel of the feed is to the hub: updates on their way, the newest of each, and how they
 * become frames. Quotes, bars and signals are channels.
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

/** What a client that comes back has seen: of each symbol the newest position. */
export type Seen = Readonly<Record<string, number>>;

/** The answer to such a client. */
export interface Missed<One extends Update = Update> {
  /** In order for each symbol. */
  readonly updates: One[];
  /** Symbols of which not everything that was missed is kept. */
  readonly gaps: string[];
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
  /** The first symbol whose position is beyond anything that came here. */
  ahead(seen: Seen): string | undefined;
  /** What came since; with `newestOnly` of each symbol no more than where it stands. */
  missed(seen: Seen, newestOnly: boolean): Missed<One>;
  frame(kind: "snapshot" | "update", updates: readonly One[], encoding: Encoding): Frame;
}
