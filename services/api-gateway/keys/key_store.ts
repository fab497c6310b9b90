/** Where keys are kept for all edges; `watch` tells each edge about a change by another. */

import type { KeyValueStore } from "../../../shared/kv/kv.ts";
import type { KeyRecord } from "./key_registry.ts";

export interface KeyStore {
  list(): Promise<KeyRecord[]>;
  put(record: KeyRecord): Promise<void>;
  /** Whether there was such a key. */
  delete(keyId: string): Promise<boolean>;
  /** Has all records obeyed, now and after each change by any edge, until the signal aborts. */
  follow(signal: AbortSignal): Promise<void>;
}

/** Keys of one installation at most. */
const keysMax = 10_000;
const prefix = ["api-gateway", "keys"];
const keyOf = (keyId: string) => [...prefix, keyId];
/** Written after every change, since single entries are watched and not prefixes. */
const changedKey = ["api-gateway", "keys_changed"];

/** `obey` gets all records, after a change made here at once: this edge does not wait to hear of it. */
export function createKeyStore(
  kv: KeyValueStore,
  obey: (records: readonly KeyRecord[]) => void,
): KeyStore {
  const list = async () => {
    const entries = await kv.list<KeyRecord>(prefix, keysMax);
    return entries.map((entry) => entry.value)
      .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  };
  let asked = 0;
  let obeyed = 0;
  /** A slow read of how things were must not undo a later one. */
  const refresh = async () => {
    const turn = ++asked;
    const records = await list();
    if (turn < obeyed) return;
    obeyed = turn;
    obey(records);
  };
  const changed = async (keyId: string) => {
    await kv.set(changedKey, keyId);
    await refresh();
  };
  return {
    list,
    async put(record) {
      await kv.set(keyOf(record.keyId), record);
      await changed(record.keyId);
    },
    async delete(keyId) {
      const held = await kv.get(keyOf(keyId));
      await kv.delete(keyOf(keyId));
      // Told even when it was gone: a delete that failed half way is completed by repeating it.
      await changed(keyId);
      return held !== null;
    },
    async follow(signal) {
      for await (const _ of kv.watch([changedKey], signal)) await refresh();
    },
  };
}
