/** What a backup says of itself: which schemas at which state, and every part with its checksums. */

import { createHash } from "node:crypto";
import * as v from "valibot";

/** Of the folder's layout; a reader refuses a higher one. */
export const backupVersion = 1;
export const manifestFile = "manifest.json";
/** As `sha256sum -c` reads it: the manifest and every part. */
export const sumsFile = "SHA256SUMS";

const name = v.pipe(v.string(), v.regex(/^[a-z_][a-z0-9_]*$/));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const partSchema = v.strictObject({
  schema: name,
  table: name,
  /** In the order of a row's text. */
  columns: v.array(v.string()),
  file: v.pipe(v.string(), v.regex(/^[a-z_][a-z0-9_.]*\.zst$/)),
  rows: count,
  /** See `RowsDigest`. */
  rowsDigest: hash,
  /** Of the file. */
  bytes: count,
  sha256: hash,
});
export type BackupPart = v.InferOutput<typeof partSchema>;

const schemaSchema = v.strictObject({
  name,
  /** Names of the migrations that made its tables, in order. */
  migrations: v.array(v.string()),
  /** Last value of each sequence; null where none was given. */
  sequences: v.record(name, v.nullable(v.pipe(v.string(), v.regex(/^-?\d+$/)))),
});
export type BackupSchema = v.InferOutput<typeof schemaSchema>;

const manifestSchema = v.strictObject({
  format: v.literal("spotwire-backup"),
  version: v.literal(backupVersion),
  /** The platform's own version, and the store it was made of: for people. */
  platform: v.string(),
  store: v.picklist(["pglite", "postgres"]),
  /** When the snapshot was taken, by the store's clock. */
  takenAt: v.string(),
  schemas: v.array(schemaSchema),
  parts: v.array(partSchema),
});
export type BackupManifest = v.InferOutput<typeof manifestSchema>;

/** A backup, or a store, is not fit for what is asked; the message is for the operator. */
export class BackupRefused extends Error {
  override readonly name = "BackupRefused";
}

export const manifestText = (manifest: BackupManifest): string =>
  `${JSON.stringify(manifest, null, 2)}\n`;

/** The whole of {@link sumsFile}, for a manifest as it is written. */
export function sumsText(text: string, { parts }: BackupManifest): string {
  const own = createHash("sha256").update(text).digest("hex");
  const sums = [[own, manifestFile], ...parts.map((part) => [part.sha256, part.file])];
  return sums.map(([sum, name]) => `${sum}  ${name}\n`).join("");
}

/**
 * What the file at `path` holds.
 * @throws BackupRefused for what is no manifest, or one of a version this code does not know.
 */
export function readManifest(text: string, path: string): BackupManifest {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (cause) {
    throw new BackupRefused(`${path} is damaged: it is no JSON`, { cause });
  }
  const version = (found as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version > backupVersion) {
    throw new BackupRefused(
      `The backup has version ${version}; this platform reads ${backupVersion}. Use a newer one`,
    );
  }
  const read = v.safeParse(manifestSchema, found);
  if (read.success) return read.output;
  const [issue] = read.issues;
  const where = v.getDotPath(issue);
  const what = where === null ? issue.message : `${where}: ${issue.message}`;
  throw new BackupRefused(`${path} is damaged: ${what}`);
}
