/** Makes API keys, the first one of an installation included. */

import type { Permission } from "../../../shared/contracts/http/routes.ts";
import { type Clock, toRfc3339 } from "../../../shared/domain/time.ts";
import { createApiKey } from "../../../shared/security/api_keys.ts";
import type { KeyRecord } from "./key_registry.ts";
import type { KeyStore } from "./key_store.ts";

export interface KeyRequest {
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly accounts: readonly string[] | "all";
}

export interface KeyParts {
  readonly keys: KeyStore;
  readonly clock: Clock;
  /** Cryptographically secure. */
  readonly randomBytes: (length: number) => Uint8Array;
}

/** Stores a new key; `key` is its only copy. */
export async function createKey(
  { keys, clock, randomBytes }: KeyParts,
  request: KeyRequest,
): Promise<{ record: KeyRecord; key: string }> {
  const { keyId, key, hash } = createApiKey(randomBytes);
  const record: KeyRecord = {
    keyId,
    name: request.name,
    hash,
    permissions: [...new Set(request.permissions)],
    accounts: request.accounts === "all" ? "all" : [...new Set(request.accounts)],
    createdAt: toRfc3339(clock.now()),
  };
  await keys.put(record);
  return { record, key };
}

/** Makes a key that may do everything, unless there is one; answers it, or `null`. */
export async function ensureAdminKey(parts: KeyParts): Promise<string | null> {
  const records = await parts.keys.list();
  if (records.some((record) => record.permissions.includes("admin"))) return null;
  const { key } = await createKey(parts, {
    name: "first",
    permissions: ["admin"],
    accounts: "all",
  });
  return key;
}
