/** Opens the store a URL names. */

import { openMemoryStore, openPgliteStore } from "./pglite_store.ts";
import { openPostgresStore } from "./postgres_store.ts";
import type { Store } from "./store.ts";

/**
 * `pglite:<folder>`, `pglite:memory` or `postgres://…`.
 *
 * @throws TypeError for any other URL; an error naming the folder when another process holds it.
 */
export function openStore(
  url: string,
  options: { connectionsMax?: number | undefined } = {},
): Promise<Store> {
  if (url === "pglite:memory") return openMemoryStore();
  if (url.startsWith("pglite:") && url.length > "pglite:".length) {
    return openPgliteStore(url.slice("pglite:".length));
  }
  if (url.startsWith("postgres://") || url.startsWith("postgresql://")) {
    return openPostgresStore(url, options);
  }
  throw new TypeError(
    `Cannot open the store: expected "pglite:<folder>", "pglite:memory" or "postgres://…"`,
  );
}
