/** Keys and tokens over HTTP. */

import {
  createKeyRoute,
  createTokenRoute,
  deleteKeyRoute,
  listKeysRoute,
} from "../../../shared/contracts/http/edge.ts";
import type { Clock } from "../../../shared/domain/time.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { addRoute, type ServiceApp } from "../../../shared/runtime/service_app.ts";
import type { Tokens } from "../../../shared/security/tokens.ts";
import { createKey, type KeyParts } from "./create_key.ts";
import { createToken } from "./create_token.ts";
import type { KeyRecord } from "./key_registry.ts";

export interface KeyRouteParts extends KeyParts {
  readonly tokens: Tokens;
  readonly clock: Clock;
}

export function addKeyRoutes(app: ServiceApp, parts: KeyRouteParts): void {
  const { keys } = parts;

  addRoute(app, createKeyRoute, async (c) => {
    const { record, key } = await createKey(parts, c.req.valid("json"));
    return c.json({ ...toView(record), key }, 201);
  });

  addRoute(app, listKeysRoute, async (c) => {
    return c.json({ keys: (await keys.list()).map(toView) }, 200);
  });

  addRoute(app, deleteKeyRoute, async (c) => {
    const { keyId } = c.req.valid("param");
    if (!await keys.delete(keyId)) throw new Problem("not_found", "There is no such key");
    return c.body(null, 204);
  });

  addRoute(app, createTokenRoute, async (c) => {
    const token = await createToken(parts, c.get("auth"), c.req.valid("json"));
    return c.json(token, 201);
  });
}

function toView(record: KeyRecord) {
  const { hash: _, permissions, accounts, ...rest } = record;
  return {
    ...rest,
    permissions: [...permissions],
    accounts: accounts === "all" ? accounts : [...accounts],
  };
}
