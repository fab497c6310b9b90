/**
 * A chain of changes that shows tampering: each link's hash covers the one before it, so that a
 * change that is altered, taken out or put in breaks every link after it.
 */

import { createHash } from "node:crypto";

/** What the first link takes for the hash before it. */
export const firstHash = "0".repeat(64);

/** SHA-256, in hex, of the hash before and the canonical JSON of the change. */
export const linkHash = (previousHash: string, change: unknown): string =>
  createHash("sha256").update(previousHash).update("\n").update(canonicalJson(change)).digest(
    "hex",
  );

/** JSON with the keys of every object in order of their code units and without space (as RFC 8785). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one ?? null)).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${
    entries.map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`).join(",")
  }}`;
}

/**
 * Index of the first link that does not follow from the one before it; `null` when all do. A part of
 * a chain begins after the link whose hash is `previousHash`.
 */
export function brokenLink(
  links: Iterable<
    { readonly hash: string; readonly previousHash: string; readonly change: unknown }
  >,
  previousHash = firstHash,
): number | null {
  let previous = previousHash;
  let at = 0;
  for (const { hash, previousHash: named, change } of links) {
    if (named !== previous || hash !== linkHash(previous, change)) return at;
    previous = hash;
    at++;
  }
  return null;
}
