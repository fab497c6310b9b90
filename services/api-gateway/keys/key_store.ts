/** Where keys are kept for all edges: Deno KV, whose `watch` tells each edge about a change. */

import type { KeyRecord } from "./key_registry.ts";

export interface KeyStore {
  list(): Promise<KeyRecord[]>;
  put(record: KeyRecord): Promise<void>;
  /** Whether there was such a key. */
  delete(keyId: string): Promise<boolean>;
  /** All records, now and after each change by any edge, until the signal aborts. */
  changes(signal: AbortSignal): AsyncIterable<KeyRecord[]>;
}

const prefix = ["api-gateway", "keys"];
/** Counts changes; `watch` follows single entries, not prefixes. */
const changesKey = ["api-gateway", "keys_changes"];

/** `obey` gets all records after a change made here: this edge does not wait to hear of it. */
export function createKeyStore(
  kv: Deno.Kv,
  obey: (records: readonly KeyRecord[]) => void,
): KeyStore {
  const list = async () => {
    const records: KeyRecord[] = [];
    for await (const { value } of kv.list<KeyRecord>({ prefix })) records.push(value);
    return records.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  };
  return {
    list,
    async put(record) {
      await kv.atomic().set([...prefix, record.keyId], record).sum(changesKey, 1n).commit();
      obey(await list());
    },
    async delete(keyId) {
      const key = [...prefix, keyId];
      const held = await kv.get(key);
      if (held.versionstamp === null) return false;
      const { ok } = await kv.atomic().check(held).delete(key).sum(changesKey, 1n).commit();
      obey(await list());
      return ok;
    },
    async *changes(signal) {
      const reader = kv.watch([changesKey]).getReader();
      const stop = () => void reader.cancel().catch(() => {});
      signal.addEventListener("abort", stop, { once: true });
      try {
        while (!signal.aborted && !(await reader.read()).done) yield await list();
      } finally {
        signal.removeEventListener("abort", stop);
        stop();
      }
    },
  };
}
