/** Short-lived signed tokens (JWT, HS256): for clients, and between the platform's own parts. */

import { jwtVerify, SignJWT } from "jose";
import { type Permission, permissions } from "../contracts/http/routes.ts";
import { tokenLengthMax } from "../contracts/key_limits.ts";
import type { Clock } from "../domain/time.ts";
import type { AuthContext } from "./auth.ts";

/** Whom a token is for; every other refuses it. A `session` only buys `client` tokens. */
export type Audience = "client" | "internal" | "session";

export interface Tokens {
  /** `ttlMs` is rounded up to whole seconds, the unit of a token's expiry. */
  sign(auth: AuthContext, options: { audience: Audience; ttlMs: number }): Promise<string>;
  /** `null` for a token that is forged, expired or another audience's. No promise when it is known. */
  verify(
    token: string,
    audience: Audience,
  ): AuthContext | null | Promise<AuthContext | null>;
}

export interface TokensOptions {
  /** At least 32 bytes (RFC 7518 3.2); the same in every part. */
  readonly secret: string;
  readonly clock: Clock;
  /** Verified tokens remembered at most. Default 10 000. */
  readonly cacheMax?: number | undefined;
}

const issuer = "spotwire";
const algorithm = "HS256";
const secretBytesMin = 32;

/** @throws RangeError for a secret that is too short. */
export function createTokens({ secret, clock, cacheMax = 10_000 }: TokensOptions): Tokens {
  const key = new TextEncoder().encode(secret);
  if (key.length < secretBytesMin) {
    throw new RangeError(`Cannot sign with ${key.length} bytes: use at least ${secretBytesMin}`);
  }
  const verified = new Map<string, { auth: AuthContext; expiresAt: number }>();

  const check = async (token: string, audience: Audience): Promise<AuthContext | null> => {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [algorithm],
        issuer,
        audience,
        requiredClaims: ["sub", "exp"],
        currentDate: new Date(clock.now()),
      });
      const auth = readClaims(payload);
      if (auth === null) return null;
      const oldest = verified.keys().next().value;
      if (verified.size >= cacheMax && oldest !== undefined) verified.delete(oldest);
      verified.set(`${audience} ${token}`, { auth, expiresAt: payload.exp! * 1_000 });
      return auth;
    } catch {
      return null;
    }
  };

  return {
    sign: (auth, { audience, ttlMs }) => {
      const now = Math.floor(clock.now() / 1_000);
      const accounts = auth.accounts === "all" ? "all" : [...auth.accounts];
      return new SignJWT({ permissions: [...auth.permissions], accounts })
        .setProtectedHeader({ alg: algorithm, typ: "JWT" })
        .setSubject(auth.subject).setIssuer(issuer).setAudience(audience)
        .setIssuedAt(now).setExpirationTime(now + Math.ceil(ttlMs / 1_000))
        .sign(key);
    },
    verify: (token, audience) => {
      if (token.length > tokenLengthMax) return null;
      const known = verified.get(`${audience} ${token}`);
      if (known === undefined) return check(token, audience);
      if (clock.now() < known.expiresAt) return known.auth;
      verified.delete(`${audience} ${token}`);
      return null;
    },
  };
}

function readClaims(claims: Record<string, unknown>): AuthContext | null {
  const { sub, permissions: held, accounts } = claims;
  if (typeof sub !== "string" || !isTexts(held)) return null;
  if (accounts !== "all" && !isTexts(accounts)) return null;
  return {
    subject: sub,
    // A permission that a newer part gave and this one does not know allows nothing here.
    permissions: new Set(held.filter(isPermission)),
    accounts: accounts === "all" ? "all" : new Set(accounts),
  };
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

const isPermission = (text: string): text is Permission =>
  (permissions as readonly string[]).includes(text);
