/**
 * Long-lived keys of clients: `sw_<keyId>_<secret>`. The id is public and finds the key's record; of
 * the whole key only a SHA-256 is kept, which is enough for a secret of 256 random bits.
 */

import { createHash, timingSafeEqual } from "node:crypto";

export interface ApiKey {
  /** Twelve of `a-z 0-9`. */
  readonly keyId: string;
  /** Shown once, to its owner. */
  readonly key: string;
  /** What is stored: SHA-256 of the key, 64 hexadecimal digits. */
  readonly hash: string;
}

const idLength = 12;
const secretBytes = 32;
const idAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
const keyPattern = /^sw_([a-z0-9]{12})_[A-Za-z0-9_-]{43}$/;

/** `randomBytes` must be cryptographically secure outside tests. */
export function createApiKey(randomBytes: (length: number) => Uint8Array): ApiKey {
  const keyId = createKeyId(randomBytes);
  const secret = randomBytes(secretBytes);
  const key = `sw_${keyId}_${secret.toBase64({ alphabet: "base64url", omitPadding: true })}`;
  return { keyId, key, hash: hashApiKey(key) };
}

function createKeyId(randomBytes: (length: number) => Uint8Array): string {
  // Bytes from 252 on are passed over: 36 does not divide 256, and the id would be biased.
  const fair = Math.floor(256 / idAlphabet.length) * idAlphabet.length;
  let id = "";
  while (id.length < idLength) {
    for (const byte of randomBytes(idLength)) {
      if (byte < fair && id.length < idLength) id += idAlphabet[byte % idAlphabet.length];
    }
  }
  return id;
}

/** The id of a well-formed key, or `null`. */
export const parseApiKey = (key: string): { keyId: string } | null => {
  const keyId = keyPattern.exec(key)?.[1];
  return keyId === undefined ? null : { keyId };
};

export const hashApiKey = (key: string): string => createHash("sha256").update(key).digest("hex");

/** Compares in constant time, so the answer's delay tells nothing about the stored hash. */
export function apiKeyMatches(key: string, hash: string): boolean {
  const given = new TextEncoder().encode(hashApiKey(key));
  const stored = new TextEncoder().encode(hash);
  return given.length === stored.length && timingSafeEqual(given, stored);
}
