/** Deno KV: a file on a laptop, the hosted database on Deno Deploy. */

import type { Clock } from "../domain/time.ts";
import type { Entry, Key, KeyValueStore, WriteOptions } from "./kv.ts";

/** Deno KV removes expired entries some time later, so each carries its own moment. */
interface Kept {
  readonly value: unknown;
  /** Epoch milliseconds, or null to stay. */
  readonly expireAt: number | null;
}

/** `path` is a file, `":memory:"`, or undefined for the database Deno Deploy provides. */
export async function openDenoKv(
  path: string | undefined,
  options: { clock: Clock },
): Promise<KeyValueStore> {
  return new DenoKv(await Deno.openKv(path), options.clock);
}

class DenoKv implements KeyValueStore {
  readonly #kv: Deno.Kv;
  readonly #clock: Clock;
  #closed = false;

  constructor(kv: Deno.Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  async get<T>(key: Key): Promise<Entry<T> | null> {
    return this.#read<T>(await this.#kv.get<Kept>(key));
  }

  async set(key: Key, value: unknown, options: WriteOptions = {}): Promise<void> {
    await this.#kv.set(key, this.#keep(value, options), denoOptions(options));
  }

  async delete(key: Key): Promise<void> {
    await this.#kv.delete(key);
  }

  async list<T>(prefix: Key, max: number): Promise<Entry<T>[]> {
    const entries: Entry<T>[] = [];
    if (max <= 0) return entries;
    for await (const kept of this.#kv.list<Kept>({ prefix })) {
      const entry = this.#read<T>(kept);
      if (entry !== null && entries.push(entry) === max) break;
    }
    return entries;
  }

  async compareAndSet(
    change: { key: Key; version: string | null; value: unknown } & WriteOptions,
  ): Promise<boolean> {
    const { key, version, value } = change;
    const held = await this.#kv.get<Kept>(key);
    if ((this.#read(held)?.version ?? null) !== version) return false;
    // The version held, not the one given: an expired entry is absent to us and present to Deno KV.
    const { ok } = await this.#kv.atomic()
      .check({ key, versionstamp: held.versionstamp })
      .set(key, this.#keep(value, change), denoOptions(change))
      .commit();
    return ok;
  }

  async *watch<T>(
    keys: readonly Key[],
    signal: AbortSignal,
  ): AsyncGenerator<(Entry<T> | null)[]> {
    if (signal.aborted) return;
    const changes = this.#kv.watch<Kept[]>([...keys]).getReader();
    const stop = () => void changes.cancel();
    signal.addEventListener("abort", stop, { once: true });
    try {
      while (true) {
        const { done, value } = await changes.read();
        if (done || signal.aborted) return;
        yield value.map((entry) => this.#read<T>(entry));
      }
    } finally {
      signal.removeEventListener("abort", stop);
      await changes.cancel();
    }
  }

  close(): Promise<void> {
    if (!this.#closed) this.#kv.close();
    this.#closed = true;
    return Promise.resolve();
  }

  #read<T>(entry: Deno.KvEntryMaybe<Kept>): Entry<T> | null {
    if (entry.versionstamp === null) return null;
    const { value, expireAt } = entry.value;
    if (expireAt !== null && expireAt <= this.#clock.now()) return null;
    return { key: entry.key as Key, value: value as T, version: entry.versionstamp };
  }

  #keep(value: unknown, { expireInMs }: WriteOptions): Kept {
    return { value, expireAt: expireInMs === undefined ? null : this.#clock.now() + expireInMs };
  }
}

const denoOptions = ({ expireInMs }: WriteOptions): { expireIn?: number } =>
  expireInMs === undefined ? {} : { expireIn: expireInMs };
