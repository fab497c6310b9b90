/** Credentials of a request, and the function that turns one into an identity. */

import type { AuthContext } from "../security/auth.ts";

export { allows, type AuthContext, reaches } from "../security/auth.ts";

export type Credential =
  | { readonly kind: "api_key"; readonly value: string }
  | { readonly kind: "token"; readonly value: string };

/** `null` for a credential that is unknown, expired or revoked. */
export type Authenticate = (
  credential: Credential,
) => AuthContext | null | Promise<AuthContext | null>;

const apiKeyPrefix = "sw_";
const bearerPattern = /^Bearer +([^\s]+) *$/i;

/**
 * The credential a request carries: `X-API-Key`, or `Authorization: Bearer` with an API key (it
 * begins with `sw_`) or a token. `null` when there is none, or one in a scheme we do not speak.
 */
export function readCredential(headers: Headers): Credential | null {
  const apiKey = headers.get("x-api-key");
  if (apiKey !== null && apiKey !== "") return { kind: "api_key", value: apiKey };
  const authorization = headers.get("authorization");
  if (authorization === null) return null;
  const value = bearerPattern.exec(authorization)?.[1];
  if (value === undefined) return null;
  return { kind: value.startsWith(apiKeyPrefix) ? "api_key" : "token", value };
}
