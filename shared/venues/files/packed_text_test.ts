/**
 * Texts as they come packed: zips by any tool, gzips of several members. What cannot be read is
 * refused, and never waited for: an import that hangs holds up every one after it.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { strToU8, zipSync } from "fflate";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { withFiles } from "../../testing/source_files.ts";
import { detectSource } from "./detect_source.ts";
import { SourceFileError, type TickSourceFile } from "./source_file.ts";

const start = Date.UTC(2020, 2, 4, 10);
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, n) => {
    const bid = 110_000 + (from + n) * 7 % 90;
    const time = new Date(start + (from + n) * 250).toISOString();
    return `${time},${(bid / 1e5).toFixed(5)},${((bid + 3) / 1e5).toFixed(5)}\n`;
  }).join("");
const header = "time,bid,ask\n";

interface Read {
  readonly rows: number;
  readonly last: number;
  readonly bytes: number;
  readonly bytesRead: number;
}

/** @throws what reading throws, or an Error where it takes longer than any of these files may */
async function readBack(name: string, content: Uint8Array): Promise<Read> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${name} is waited for`)), 10_000);
  const read = { rows: 0, last: 0, bytes: content.length, bytesRead: 0 };
  try {
    await withFiles({ [name]: content }, async (folder) => {
      const reading = async () => {
        const { files: [file] } = await detectSource(folder);
        for await (const { ticks, bytesRead } of (file as TickSourceFile).read()) {
          read.rows += ticks.length;
          read.last = ticks.time[ticks.length - 1]!;
          read.bytesRead = bytesRead;
        }
      };
      await Promise.race([reading(), late.promise]);
    });
  } finally {
    clearTimeout(timer);
  }
  return read;
}

/** A zip whose one entry says it is packed by a method. */
function zipByMethod(method: number): Uint8Array {
  const zip = zipSync({ "EURUSD.csv": strToU8(header + lines(0, 300)) });
  const central = zip.findIndex((_, at) =>
    zip[at] === 0x50 && zip[at + 1] === 0x4b && zip[at + 2] === 1 && zip[at + 3] === 2
  );
  zip[8] = zip[central + 10] = method;
  return zip;
}

Deno.test("a zip packed by another method is refused by it, deflate64 is read", async () => {
  for (const method of [12, 14, 93]) {
    const reading = () => readBack("EURUSD.zip", zipByMethod(method));
    await assertRejects(reading, SourceFileError, `EURUSD.csv is packed by method ${method}`);
  }
  assertEquals((await readBack("EURUSD.zip", zipByMethod(9))).rows, 300);
});

Deno.test("a zip with any byte changed is read or refused at once", async () => {
  const zip = zipSync({ "EURUSD.csv": strToU8(header + lines(0, 20)) });
  for (let at = 0; at < zip.length; at++) {
    const changed = zip.slice();
    changed[at]! ^= 0xff;
    await readBack("EURUSD.zip", changed).catch((error) => {
      if (!(error instanceof SourceFileError)) throw error;
    });
  }
});

Deno.test("what a Mac puts into its zips is passed over", async () => {
  const entries = { "EURUSD.csv": strToU8(header + lines(0, 300)), ".DS_Store": strToU8("x") };
  const beside = Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => [`__MACOSX/._${n}_EURUSD.csv`, strToU8("x")]),
  );
  assertEquals((await readBack("EURUSD.zip", zipSync({ ...entries, ...beside }))).rows, 300);
});

Deno.test("a gzip is read to its end, of one member or several", async () => {
  const parts = [header + lines(0, 9_000), lines(9_000, 20_000)];
  const whole = await readBack("EURUSD_2020.csv.gz", gzipSync(parts.join("")));
  assertEquals([whole.rows, whole.last], [20_000, start + 19_999 * 250]);
  assert(whole.bytesRead > whole.bytes * 0.95 && whole.bytesRead <= whole.bytes);
  const members = Buffer.concat(parts.map((part) => gzipSync(part)));
  const read = await readBack("EURUSD_2020.CSV.GZ", new Uint8Array(members));
  assertEquals([read.rows, read.last], [20_000, start + 19_999 * 250]);
  const utf16 = Buffer.from(`\ufeff${parts.join("")}`, "utf16le");
  assertEquals((await readBack("EURUSD.txt.gz", gzipSync(utf16))).rows, 20_000);
});

Deno.test("a gzip that is cut off, corrupt, none, or a bomb is refused", async () => {
  const whole = gzipSync(header + lines(0, 40_000));
  const refused = (content: Uint8Array, told: string) =>
    assertRejects(() => readBack("EURUSD.csv.gz", content), SourceFileError, told);
  for (const share of [0.2, 0.5, 0.999]) {
    await refused(whole.subarray(0, Math.floor(whole.length * share)), "cut off");
  }
  for (const share of [0.3, 0.9]) {
    const changed = whole.slice();
    changed[Math.floor(whole.length * share)]! ^= 0xff;
    await assertRejects(() => readBack("EURUSD.csv.gz", changed), SourceFileError);
  }
  await refused(strToU8(header + lines(0, 30)), "no gzip");
  const bomb = gzipSync(header + lines(0, 1) + "\n".repeat(64 * 1024 ** 2));
  await refused(bomb, "inflates more than 200 times");
});
