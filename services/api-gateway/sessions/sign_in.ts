/** Begins a browser session with a key, or with the demo account where the profile offers it. */

import * as v from "valibot";
import { type Clock, epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import type { AuthContext } from "../../../shared/runtime/auth.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import type { Tokens } from "../../../shared/security/tokens.ts";
import { tokenTtlMs } from "../keys/create_token.ts";
import type { KeyRegistry } from "../keys/key_registry.ts";
import type { SessionToken } from "./session_view.ts";

/** The demo account's button: embedded profiles on the loopback interface only. */
export interface DemoSignIn {
  readonly accountId: string;
  /** Whom it signs in. */
  readonly auth: AuthContext;
}

export interface SessionParts {
  readonly tokens: Tokens;
  readonly registry: KeyRegistry;
  readonly clock: Clock;
  readonly demo?: DemoSignIn | undefined;
}

/** A session ends when it has bought no token for so long. */
export const sessionTtlMs = 12 * 3_600_000;

const body = v.union([
  v.strictObject({ key: v.pipe(v.string(), v.minLength(1), v.maxLength(256)) }),
  v.strictObject({ demo: v.literal(true) }),
]);

/**
 * Whom a sign-in stands for.
 * @throws Problem `invalid_request`, `key_invalid`, `permission_denied` where there is no demo.
 */
export async function whoSignsIn(
  { registry, demo }: SessionParts,
  given: unknown,
  thisMachine: boolean,
): Promise<AuthContext> {
  const read = v.safeParse(body, given);
  if (!read.success) throw new Problem("invalid_request", "Send exactly one of key and demo");
  if ("demo" in read.output) {
    if (demo !== undefined && thisMachine) return demo.auth;
    throw new Problem("permission_denied", "There is no demo account here; sign in with a key");
  }
  const value = read.output.key.trim();
  const auth = await registry.authenticate({ kind: "api_key", value });
  if (auth === null) throw new Problem("key_invalid", "The key is unknown or was deleted");
  return auth;
}

/** The cookie's value and the first token. */
export async function openSession(
  parts: SessionParts,
  auth: AuthContext,
): Promise<{ cookie: string; token: SessionToken }> {
  const { tokens, clock, demo } = parts;
  // Of the key it says the name alone: its accounts would not fit what browsers keep in a cookie.
  const named = { ...auth, permissions: new Set<never>(), accounts: new Set<never>() };
  const cookie = await tokens.sign(named, { audience: "session", ttlMs: sessionTtlMs });
  const token = await tokens.sign(auth, { audience: "client", ttlMs: tokenTtlMs });
  return {
    cookie,
    token: {
      token,
      expiresAt: toRfc3339(epochMs(clock.now() + tokenTtlMs)),
      subject: auth.subject,
      permissions: [...auth.permissions],
      accounts: auth.accounts === "all" ? "all" : [...auth.accounts],
      demo: auth.subject === demo?.auth.subject,
    },
  };
}
