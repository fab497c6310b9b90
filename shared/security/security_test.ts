import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { SignJWT } from "jose";
import { epochMs, ManualClock } from "../domain/time.ts";
import { apiKeyMatches, createApiKey, hashApiKey, parseApiKey } from "./api_keys.ts";
import { allows, type AuthContext, reaches } from "./auth.ts";
import { createTokens } from "./tokens.ts";

const secret = "0123456789abcdef0123456789abcdef";
const start = epochMs(Date.UTC(2026, 0, 7, 12));
const auth: AuthContext = {
  subject: "key:abc",
  permissions: new Set(["trade:read", "trade:write"]),
  accounts: new Set(["demo"]),
};
const setUp = (cacheMax?: number) => {
  const clock = new ManualClock(start);
  return { clock, tokens: createTokens({ secret, clock, cacheMax }) };
};

Deno.test("verify() returns who signed for, and without a promise the second time", async () => {
  const { tokens } = setUp();
  const token = await tokens.sign(auth, { audience: "client", ttlMs: 60_000 });
  assertEquals(await tokens.verify(token, "client"), auth);
  assertEquals(tokens.verify(token, "client"), auth);
  const everywhere = { ...auth, accounts: "all" as const };
  const other = await tokens.sign(everywhere, { audience: "internal", ttlMs: 60_000 });
  assertEquals(await tokens.verify(other, "internal"), everywhere);
});

Deno.test("verify() refuses a token that has expired, remembered or not", async () => {
  const { clock, tokens } = setUp();
  const remembered = await tokens.sign(auth, { audience: "client", ttlMs: 60_000 });
  const unseen = await tokens.sign(auth, { audience: "client", ttlMs: 59_000 });
  assertNotEquals(await tokens.verify(remembered, "client"), null);
  clock.advanceBy(60_000);
  assertEquals(await tokens.verify(remembered, "client"), null);
  assertEquals(await tokens.verify(unseen, "client"), null);
});

Deno.test("verify() refuses another audience, another secret, another algorithm, and nonsense", async () => {
  const { clock, tokens } = setUp();
  const token = await tokens.sign(auth, { audience: "client", ttlMs: 60_000 });
  await tokens.verify(token, "client");
  assertEquals(await tokens.verify(token, "internal"), null);
  const forger = createTokens({ secret: secret.toUpperCase(), clock });
  assertEquals(await forger.verify(token, "client"), null);
  const [header, claims, signature] = token.split(".");
  const none = btoa('{"alg":"none"}').replaceAll("=", "");
  for (
    const bad of [
      "",
      "a.b.c",
      `${none}.${claims}.`,
      `${header}.${claims}.${signature!.slice(1)}A`,
      "x".repeat(10_000),
    ]
  ) assertEquals(await tokens.verify(bad, "client"), null);
});

Deno.test("verify() refuses a token without a subject or an expiry", async () => {
  const { tokens } = setUp();
  const key = new TextEncoder().encode(secret);
  const bare = () =>
    new SignJWT({ permissions: ["admin"], accounts: "all" })
      .setProtectedHeader({ alg: "HS256" }).setIssuer("spotwire").setAudience("client");
  const withoutExpiry = await bare().setSubject("x").sign(key);
  const withoutSubject = await bare().setExpirationTime(start / 1_000 + 60).sign(key);
  assertEquals(await tokens.verify(withoutExpiry, "client"), null);
  assertEquals(await tokens.verify(withoutSubject, "client"), null);
});

Deno.test("verify() remembers at most cacheMax tokens", async () => {
  const { tokens } = setUp(1);
  const sign = (ttlMs: number) => tokens.sign(auth, { audience: "client", ttlMs });
  const [first, second] = [await sign(60_000), await sign(61_000)];
  await tokens.verify(first, "client");
  await tokens.verify(second, "client");
  assert(tokens.verify(first, "client") instanceof Promise);
  assertEquals(await tokens.verify(second, "client"), auth);
});

Deno.test("createTokens() refuses a secret below 32 bytes", () => {
  assertThrows(
    () => createTokens({ secret: "short", clock: new ManualClock(start) }),
    RangeError,
    "32",
  );
});

Deno.test("allows() and reaches(): admin includes everything", () => {
  const admin: AuthContext = {
    subject: "a",
    permissions: new Set(["admin"]),
    accounts: new Set(),
  };
  assert(allows(admin, "trade:write") && reaches(admin, "demo"));
  assert(allows(auth, "trade:read") && !allows(auth, "market:read") && !allows(auth, "admin"));
  assert(reaches(auth, "demo") && !reaches(auth, "demo2"));
});

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

Deno.test("createApiKey() makes keys that parse, match their hash and differ", () => {
  const { keyId, key, hash } = createApiKey(randomBytes);
  assertMatch(key, /^sw_[a-z0-9]{12}_[A-Za-z0-9_-]{43}$/);
  assertEquals(parseApiKey(key), { keyId });
  assertEquals(hash, hashApiKey(key));
  assert(apiKeyMatches(key, hash));
  const other = createApiKey(randomBytes);
  assertNotEquals(other.keyId, keyId);
  assert(!apiKeyMatches(other.key, hash) && !apiKeyMatches(key, "") && !apiKeyMatches(key, "é"));
});

Deno.test("parseApiKey() refuses what is not a key", () => {
  const { key } = createApiKey(randomBytes);
  for (const bad of ["", "sw_", key.slice(0, -1), `${key}x`, key.toUpperCase(), ` ${key}`]) {
    assertEquals(parseApiKey(bad), null);
  }
});

Deno.test("createApiKey() passes over bytes that would bias the id", () => {
  const bytes = [255, 254, 253, 252, 0, 35, 36, 251, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  let at = 0;
  const { keyId } = createApiKey((length) =>
    Uint8Array.from({ length }, () => bytes[at++ % bytes.length]!)
  );
  assertEquals(keyId, "a9a9bcdefghi");
});
