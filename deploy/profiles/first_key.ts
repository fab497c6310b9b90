/**
 * Makes the first key of an edge, one that may do everything, and prints it. Argument: the edge's
 * `SPOTWIRE_KV_PATH`. Prints nothing and exits 1 when there is one already.
 */

import { ensureAdminKey } from "../../services/api-gateway/keys/create_key.ts";
import { createKeyStore } from "../../services/api-gateway/keys/key_store.ts";
import { openDenoKv } from "../../shared/kv/deno_kv.ts";
import { systemTimer } from "../../shared/runtime/time.ts";

const kv = await openDenoKv(Deno.args[0], { clock: systemTimer });
const key = await ensureAdminKey({
  keys: createKeyStore(kv, () => {}),
  clock: systemTimer,
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
});
await kv.close();
if (key === null) Deno.exit(1);
console.log(key);
