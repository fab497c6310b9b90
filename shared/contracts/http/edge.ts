/** HTTP contract of the edge itself: API keys and the short-lived tokens they buy. */

import { z } from "@hono/zod-openapi";
import { accountsMax } from "../key_limits.ts";
import { jsonBody, jsonResponse, permissions, problemResponses, securedRoute } from "./routes.ts";
import { accountId, timestamp } from "./values.ts";

const permission = z.enum(permissions);
const reach = z.union([z.literal("all"), z.array(accountId).max(accountsMax)]).openapi({
  description: 'Accounts by id, or "all"',
  example: ["demo"],
});

export const keyId = z.string().regex(/^[A-Za-z0-9]{4,32}$/);

export const createKeyBody = z
  .strictObject({
    name: z.string().min(1).max(100).openapi({ example: "market maker" }),
    permissions: z.array(permission).min(1).max(permissions.length),
    accounts: reach,
  })
  .openapi("CreateKey");

export const keyView = z
  .object({
    keyId,
    name: z.string(),
    permissions: z.array(permission),
    accounts: reach,
    createdAt: timestamp,
  })
  .openapi("Key");

export const createdKeyView = keyView
  .extend({ key: z.string().openapi({ description: "The secret; shown this once" }) })
  .openapi("CreatedKey");

export const createTokenBody = z
  .strictObject({
    permissions: z.array(permission).min(1).max(permissions.length).optional().openapi({
      description: "Default: the key's own; otherwise a part of them",
    }),
    accounts: reach.optional().openapi({
      description: "Default: the key's own; otherwise a part of them",
    }),
  })
  .openapi("CreateToken");

export const tokenView = z
  .object({
    token: z.string(),
    tokenType: z.literal("Bearer"),
    expiresAt: timestamp,
    permissions: z.array(permission),
    accounts: reach,
  })
  .openapi("Token");

export const createKeyRoute = securedRoute({ permission: "admin", account: false }, {
  method: "post",
  path: "/v1/keys",
  operationId: "createKey",
  tags: ["keys"],
  summary: "Make an API key; the answer shows it once",
  request: { body: jsonBody(createKeyBody) },
  responses: { 201: jsonResponse(createdKeyView, "The key"), ...problemResponses(413, 415) },
});

export const listKeysRoute = securedRoute({ permission: "admin", account: false }, {
  method: "get",
  path: "/v1/keys",
  operationId: "listKeys",
  tags: ["keys"],
  summary: "API keys, without their secrets",
  responses: {
    200: jsonResponse(z.object({ keys: z.array(keyView) }), "The keys"),
    ...problemResponses(),
  },
});

export const deleteKeyRoute = securedRoute({ permission: "admin", account: false }, {
  method: "delete",
  path: "/v1/keys/{keyId}",
  operationId: "deleteKey",
  tags: ["keys"],
  summary: "Delete an API key; its tokens and sockets end with it",
  request: { params: z.object({ keyId }) },
  responses: { 204: { description: "The key is gone" }, ...problemResponses(404) },
});

export const createTokenRoute = securedRoute({ permission: "market:read", account: false }, {
  method: "post",
  path: "/v1/tokens",
  operationId: "createToken",
  tags: ["keys"],
  summary: "Trade an API key for a token of ten minutes, for a browser or a script",
  request: { body: jsonBody(createTokenBody) },
  responses: { 201: jsonResponse(tokenView, "The token"), ...problemResponses(413, 415) },
});

/** Routes the edge answers by itself, besides the order check. */
export const edgeRoutes = [
  createKeyRoute,
  listKeysRoute,
  deleteKeyRoute,
  createTokenRoute,
] as const;
