/**
 * The file of a part: a row a line, each line a JSON string, zstd around it all. Written and read in
 * bounded memory.
 */

import { createHash, type Hash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import { type BackupPart, BackupRefused } from "../../shared/storage/backup/manifest.ts";
import { RowsDigest } from "../../shared/storage/backup/rows_digest.ts";
import { pageRows } from "../../shared/storage/backup/table_rows.ts";

/** A row's text at most; a backup that holds a longer one could not be read back. */
const rowCharsMax = 64 * 1024 * 1024;

export type PartSums = Pick<BackupPart, "rows" | "rowsDigest" | "bytes" | "sha256">;

/** Writes pages of rows and sums them up on the way. */
export async function writePart(
  path: string,
  pages: AsyncIterable<readonly string[]>,
): Promise<PartSums> {
  const digest = new RowsDigest();
  const file = createHash("sha256");
  const lines = async function* () {
    for await (const page of pages) {
      for (const row of page) {
        if (row.length > rowCharsMax) throw new BackupRefused(`A row has ${row.length} characters`);
        digest.add(row);
      }
      yield page.map((row) => `${JSON.stringify(row)}\n`).join("");
    }
  };
  let bytes = 0;
  const summed = passing(file, (length) => bytes += length);
  await pipeline(Readable.from(lines()), createZstdCompress(), summed, createWriteStream(path));
  return { ...sumsOf(digest), bytes, sha256: file.digest("hex") };
}

/**
 * The rows of a part, a page at a time; the file's bytes go into `hash` and `count` on the way. Read a
 * part whole with {@link verifyPart} before anything is done with its rows.
 */
export async function* readPart(
  path: string,
  hash: Hash = createHash("sha256"),
  count: (length: number) => void = () => {},
): AsyncGenerator<string[]> {
  const file = createReadStream(path);
  const plain = createZstdDecompress();
  // Not `pipeline`: it destroys `plain` when that has finished, at times before its end was read.
  file.on("error", (error) => plain.destroy(error));
  file.pipe(passing(hash, count)).pipe(plain);
  yield* rowPages(plain);
}

/** Reads a part whole. @throws BackupRefused unless it is what the manifest says */
export async function verifyPart(folder: string, part: BackupPart): Promise<void> {
  const path = `${folder}/${part.file}`;
  const digest = new RowsDigest();
  const file = createHash("sha256");
  let bytes = 0;
  try {
    for await (const page of readPart(path, file, (length) => bytes += length)) {
      for (const row of page) digest.add(row);
    }
  } catch (cause) {
    throw new BackupRefused(`${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  const found = { ...sumsOf(digest), bytes, sha256: file.digest("hex") };
  for (const [name, value] of Object.entries(found)) {
    const wanted = part[name as keyof PartSums];
    if (value === wanted) continue;
    throw new BackupRefused(`${path} is damaged: ${name} is ${value}, not ${wanted}`);
  }
}

export const sumsOf = (digest: RowsDigest): Pick<PartSums, "rows" | "rowsDigest"> => ({
  rows: digest.rows,
  rowsDigest: digest.hex(),
});

/** Bytes as they pass: into a hash and a count. */
const passing = (hash: Hash, count: (length: number) => void): Transform =>
  new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk);
      count(chunk.length);
      done(null, chunk);
    },
  });

async function* rowPages(plain: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const text = new TextDecoder("utf-8", { fatal: true });
  let begun = "";
  let page: string[] = [];
  for await (const chunk of plain) {
    const lines = (begun + text.decode(chunk, { stream: true })).split("\n");
    begun = lines.pop()!;
    // Twice: quotes and backslashes are escaped.
    if (begun.length > 2 * rowCharsMax) throw new BackupRefused("a line does not end");
    for (const line of lines) {
      page.push(JSON.parse(line));
      if (page.length < pageRows) continue;
      yield page;
      page = [];
    }
  }
  if (begun + text.decode() !== "") throw new BackupRefused("the last line is cut off");
  if (page.length > 0) yield page;
}
