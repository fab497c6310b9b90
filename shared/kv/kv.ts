/** The port of key-value storage: small reference data, near its reader. */

/** Parts of a key, from the general to the particular: `["keys", keyId]`. */
export type Key = readonly (string | number)[];

export interface Entry<T> {
  readonly key: Key;
  /** Anything structured clone takes, 64 KiB at most. */
  readonly value: T;
  /** Changes with every write of the key; opaque. */
  readonly version: string;
}

export interface WriteOptions {
  /** The entry is gone this many milliseconds from now. */
  readonly expireInMs?: number | undefined;
}

export interface KeyValueStore {
  /** `null` when there is no such entry, or it has expired. */
  get<T>(key: Key): Promise<Entry<T> | null>;
  set(key: Key, value: unknown, options?: WriteOptions): Promise<void>;
  delete(key: Key): Promise<void>;
  /** Entries whose keys begin with `prefix`, in order of their keys, `max` at most. */
  list<T>(prefix: Key, max: number): Promise<Entry<T>[]>;
  /**
   * Writes only when the entry is still at `version`, or still absent for `null`; says whether it
   * did.
   */
  compareAndSet(
    change: { key: Key; version: string | null; value: unknown } & WriteOptions,
  ): Promise<boolean>;
  /**
   * The entries of `keys` now, and again after a change of any, until the signal aborts. Changes in
   * quick succession may be seen as one. An expiry alone may not be seen.
   */
  watch<T>(keys: readonly Key[], signal: AbortSignal): AsyncIterable<(Entry<T> | null)[]>;
  close(): Promise<void>;
}
