/** Trades whatever a request was authenticated with for a short-lived token, or a part of it. */

import type { z } from "@hono/zod-openapi";
import type { createTokenBody, tokenView } from "../../../shared/contracts/http/edge.ts";
import { type Clock, epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import { allows, type AuthContext, reaches } from "../../../shared/runtime/auth.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import type { Tokens } from "../../../shared/security/tokens.ts";

export const tokenTtlMs = 600_000;

/** @throws Problem `permission_denied`, `account_denied` when more is asked than is held. */
export async function createToken(
  { tokens, clock }: { tokens: Tokens; clock: Clock },
  auth: AuthContext,
  request: z.output<typeof createTokenBody>,
): Promise<z.input<typeof tokenView>> {
  const permissions = request.permissions ?? [...auth.permissions];
  const accounts = request.accounts ?? (auth.accounts === "all" ? "all" : [...auth.accounts]);
  const missing = permissions.find((permission) => !allows(auth, permission));
  if (missing !== undefined) throw new Problem("permission_denied", `The key lacks ${missing}`);
  const beyond = accounts === "all"
    ? (auth.accounts === "all" || auth.permissions.has("admin") ? undefined : "all")
    : accounts.find((account) => !reaches(auth, account));
  if (beyond !== undefined) throw new Problem("account_denied", `The key does not reach ${beyond}`);
  const token = await tokens.sign(
    {
      subject: auth.subject,
      permissions: new Set(permissions),
      accounts: accounts === "all" ? "all" : new Set(accounts),
    },
    { audience: "client", ttlMs: tokenTtlMs },
  );
  const expiresAt = toRfc3339(epochMs(clock.now() + tokenTtlMs));
  return { token, tokenType: "Bearer", expiresAt, permissions, accounts };
}
