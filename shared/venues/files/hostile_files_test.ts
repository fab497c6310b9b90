/** Files that are broken, wrong or meant to do harm: refused by name, row and reason, in small memory. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { strToU8, zipSync } from "fflate";
import { parquetWriteBuffer } from "hyparquet-writer";
import { withFiles } from "../../testing/source_files.ts";
import { detectSource } from "./detect_source.ts";
import { type RowFault, type SourceFile, SourceFileError } from "./source_file.ts";
import { textBlocks } from "./text_blocks.ts";
import { readTextRows } from "./text_rows.ts";
import { openZipText } from "./zip_text.ts";

const tick = "2020-03-04T00:00:00Z,1.1,1.2";

async function readAll(files: readonly SourceFile[]) {
  const read = { times: [] as number[], faults: [] as RowFault[], originals: [] as string[] };
  for (const file of files) {
    const chunks = file.kind === "ticks"
      ? await Array.fromAsync(file.read())
      : await Array.fromAsync(file.read());
    for (const chunk of chunks) {
      const times = "ticks" in chunk ? chunk.ticks.time : chunk.bars.openTime;
      read.times.push(...times);
      read.faults.push(...chunk.faults);
      for (let at = 0; at < times.length; at++) read.originals.push(chunk.original(at));
    }
  }
  return read;
}

async function refused(files: Record<string, string | Uint8Array>, told: string): Promise<void> {
  await withFiles(files, async (folder) => {
    const read = async () => await readAll((await detectSource(folder)).files);
    const error = await assertRejects(read, SourceFileError, told);
    assert(error.message.includes(Object.keys(files)[0]!), error.message);
  });
}

const csvRows = (count: number) => `time,bid,ask\n${`${tick}\n`.repeat(count)}`;
const zipOf = (text: string | Uint8Array) =>
  zipSync({ "EURUSD.csv": typeof text === "string" ? strToU8(text) : text }, { level: 9 });

Deno.test("a zip cut off anywhere is refused, and what was read of it stands before the error", async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `${i},1.1${i % 1_000},1.2${i * 7 % 1_000}`);
  const whole = zipSync({ "20200304_eurusd_tick_quote.csv": strToU8(rows.join("\n")) });
  for (const part of [0, 0.1, 0.5, 0.9, 0.999]) {
    const cut = whole.slice(0, Math.floor(whole.length * part));
    await refused({ "tick/eurusd/20200304_quote.zip": cut }, "cut off");
    await refused({ "EURUSD.zip": cut }, "cut off");
  }
});

Deno.test("a zip with a byte changed is refused: its checksum is checked", async () => {
  const rows = Array.from({ length: 5_000 }, (_, i) => `${i},1.1${i % 1_000},1.2${i * 7 % 1_000}`);
  const whole = zipSync({ "20200304_eurusd_tick_quote.csv": strToU8(rows.join("\n")) });
  for (const part of [0.3, 0.6, 0.9]) {
    const changed = whole.slice();
    changed[Math.floor(whole.length * part)]! ^= 0x55;
    await refused({ "tick/eurusd/20200304_quote.zip": changed }, "corrupt");
  }
});

Deno.test("a zip bomb is refused before it is inflated", async () => {
  const bomb = zipOf(new Uint8Array(64 * 1024 ** 2));
  assert(bomb.length < 100_000);
  await refused({ "EURUSD.zip": bomb }, "inflates");
});

Deno.test("a zip that inflates beyond the size it states is cut off there", async () => {
  const zip = zipOf(csvRows(50_000));
  // The directory's and the entry's stated size of the text, made a hundred times smaller.
  const view = new DataView(zip.buffer);
  const size = strToU8(csvRows(50_000)).length;
  for (let at = 0; at + 4 <= zip.length; at++) {
    if (view.getUint32(at, true) === size) view.setUint32(at, Math.floor(size / 100), true);
  }
  await refused({ "EURUSD.zip": zip }, "EURUSD.csv");
});

Deno.test("an hour that states a huge size is refused before it is inflated", async () => {
  const header = new Uint8Array(64);
  header[0] = 93;
  new DataView(header.buffer).setBigUint64(5, 1n << 40n, true);
  await refused({ "EURUSD/2020/02/04/00h_ticks.bi5": header }, "inflates to 1099511627776");
  header.fill(0xff, 5, 13);
  await refused({ "EURUSD/2020/02/04/00h_ticks.bi5": header }, "does not state its size");
});

Deno.test("a zip of many files, and one of two texts, are refused", async () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}.txt`, strToU8("x")]));
  await refused({ "EURUSD.zip": zipSync(many) }, "more than 16 files");
  await refused(
    { "EURUSD.zip": zipSync({ "a.csv": strToU8("x"), "b.csv": strToU8("x") }) },
    "a.csv",
  );
});

/** A line of five gigabytes, and how much of it was taken. */
function longLine() {
  const piece = new Uint8Array(1024 ** 2).fill(49);
  const line = { taken: 0, pieces: pieces() };
  async function* pieces() {
    yield strToU8("time,bid,ask\n");
    for (let at = 0; at < 5 * 1024; at++) {
      line.taken += piece.length;
      yield await Promise.resolve(piece);
    }
  }
  return line;
}

Deno.test("a line of 5 GB is refused with its row after the first megabytes", async () => {
  const line = longLine();
  const reader = { read: () => null, take: () => [] };
  const rows = { path: "long.csv", delimiter: ",", headerLines: 1, reader };
  const read = () => Array.fromAsync(readTextRows(line.pieces, rows));
  const error = await assertRejects(read, SourceFileError, "longer than 65536 bytes");
  assertEquals([error.path, error.row], ["long.csv", 2]);
  assert(line.taken <= 2 * 1024 ** 2);
});

Deno.test("a file of one long line on disk is refused when it is looked at", async () => {
  await refused({ "EURUSD.csv": `time,bid,ask\n${tick},${"9".repeat(70_000)}\n` }, "row 2");
});

Deno.test("line endings may be mixed, and the last row need not have one", async () => {
  const text = `time,bid,ask\r\n${tick}\n${tick}\r${tick}\r\n\r\n${tick}`;
  await withFiles({ "EURUSD.csv": text }, async (folder) => {
    const { times, originals } = await readAll((await detectSource(folder)).files);
    assertEquals(times.length, 4);
    assertEquals(originals, [tick, tick, tick, tick]);
  });
});

Deno.test("rows are the same wherever the pieces of a file are cut", async () => {
  const text = strToU8(`time,bid,ask\r\n${tick}\r\n${tick}\n\r\n${tick}\r${tick}`);
  for (let size = 1; size < text.length; size++) {
    const pieces = async function* () {
      for (let at = 0; at < text.length; at += size) {
        yield await Promise.resolve(text.slice(at, at + size));
      }
    };
    const lines: string[] = [];
    const reader = {
      read: (cells: { line(): string }) => {
        lines.push(cells.line());
        return null;
      },
      take: () => [],
    };
    const rows = { path: "p", delimiter: ",", headerLines: 1, reader };
    await Array.fromAsync(readTextRows(pieces(), rows));
    assertEquals(lines, [tick, tick, tick, tick], `pieces of ${size}`);
  }
});

Deno.test("rows that cannot be read are faults with row, text and reason; the others are kept", async () => {
  const bad = [
    "2020-03-04T00:00:01Z,1.x,1.2",
    "2020-03-04T00:00:02Z,1.1",
    "2020-03-04T00:00:03Z,-1.1,1.2",
    "yesterday,1.1,1.2",
    "2020-03-04T00:00:04Z,1.1,99999999999",
    `${"\u0000".repeat(20)},,`,
  ];
  const text = ["time,bid,ask", tick, ...bad, tick].join("\n");
  await withFiles({ "EURUSD.csv": text }, async (folder) => {
    const { times, faults } = await readAll((await detectSource(folder)).files);
    assertEquals(times.length, 2);
    assertEquals(faults.map((fault) => fault.row), [3, 4, 5, 6, 7, 8]);
    assertEquals(faults.map((fault) => fault.original), bad);
    assert(faults.every((fault) => fault.reason.length > 5));
  });
});

Deno.test("a file of another pair than its name, folder or zip says is refused", async () => {
  const symbols = "time,symbol,bid,ask\n2020-03-04T00:00:00Z,EUR/USD,1.1,1.2\n" +
    "2020-03-04T00:00:01Z,GBP/USD,1.3,1.4\n";
  await refused({ "EURUSD.csv": symbols }, "row 3: it holds GBPUSD, and should hold EURUSD");
  await refused({ "GBPUSD/EURUSD.csv": csvRows(1) }, "its folder says GBPUSD, its name EURUSD");
  const zip = zipSync({ "DAT_ASCII_GBPUSD_M1_2018.csv": strToU8("20180102 000000;1;1;1;1;0") });
  await refused({ "EURUSD_M12018.zip": zip }, "the name inside says GBPUSD");
  const lean = zipSync({ "20200304_gbpusd_tick_quote.csv": strToU8("1,1.1,1.2") });
  await refused({ "tick/eurusd/20200304_quote.zip": lean }, "quotes of EURUSD");
});

Deno.test("an asked format, symbol, clock or column that does not fit is refused by name", async () => {
  await withFiles({ "EURUSD.csv": csvRows(2) }, async (folder) => {
    const path = `${folder}/EURUSD.csv`;
    const cases = [
      [{ format: "mt5-bars" }, "first line is that of csv-ticks, not mt5-bars"],
      [{ symbol: "GBPUSD" }, "its name says EURUSD, the caller GBPUSD"],
      [{ symbol: "ABCDEF" }, "not listed"],
      [{ clock: "Mars" }, "America/New_York"],
      [{ columns: { time: "when", bid: "bid", ask: "ask" } }, 'no column "when"'],
      [{ columns: { time: 0, bid: 1 } }, "miss ask"],
      [{ format: "lean-ticks" }, "not lean-ticks"],
      [{ format: "parquet-ticks" }, "not Parquet"],
    ] as const;
    for (const [options, told] of cases) {
      await assertRejects(() => detectSource(path, options), SourceFileError, told);
    }
  });
});

Deno.test("of a folder, only files of the format that is asked for are read", async () => {
  const bars =
    "time,open,high,low,close\n2020-03-04T00:00:00Z,1,1,1,1\n2020-03-04T00:01:00Z,1,1,1,1\n";
  const files = {
    "EURUSD.csv": csvRows(1),
    "GBPUSD-bid.csv": bars,
    "EURUSD/2020/02/04/00h_ticks.bi5": "",
  };
  await withFiles(files, async (folder) => {
    for (const format of ["csv-ticks", "csv-bars", "dukascopy-ticks"] as const) {
      const { files, ignored } = await detectSource(folder, { format });
      assertEquals(files.map((file) => file.format), [format]);
      assertEquals(ignored.length, 2);
    }
  });
});

Deno.test("a file whose times name no zone is refused once, with what to say", async () => {
  const text = "time,bid,ask\n2020-03-04 00:00:00,1.1,1.2\n2020-03-04 00:00:01,1.1,1.2\n";
  await refused({ "EURUSD.csv": text }, "row 2: its times name no zone: say its clock");
  await withFiles({ "EURUSD.csv": text }, async (folder) => {
    const { files } = await detectSource(folder, { clock: "Europe/Paris" });
    assertEquals((await readAll(files)).times[0], Date.UTC(2020, 2, 3, 23));
  });
});

Deno.test("progress ends at the file's last byte, in UTF-16 too", async () => {
  const text = "time,bid,ask\n" + `${tick}\n`.repeat(30_000);
  const wide = new Uint8Array(2 * text.length + 2);
  wide.set([0xff, 0xfe]);
  for (let at = 0; at < text.length; at++) wide[2 + 2 * at] = text.charCodeAt(at);
  const marked = new Uint8Array([0xef, 0xbb, 0xbf, ...strToU8(text)]);
  const turned = wide.map((_, at) => wide[at ^ 1]!);
  const files = {
    ...{ "EURUSD.csv": text, "GBPUSD.csv": wide, "USDJPY.csv": marked, "USDCHF.csv": turned },
    // Without a mark, by the zeros.
    ...{ "AUDUSD.csv": wide.slice(2), "USDCAD.csv": turned.slice(2) },
  };
  await withFiles(files, async (folder) => {
    for (const file of (await detectSource(folder)).files) {
      assert(file.kind === "ticks");
      const chunks = await Array.fromAsync(file.read());
      assertEquals(chunks.reduce((sum, chunk) => sum + chunk.ticks.length, 0), 30_000);
      assert(Math.abs(chunks.at(-1)!.bytesRead - file.bytes) <= 3);
    }
  });
});

Deno.test("Parquet that is cut off, or none, is refused", async () => {
  const time = Array.from({ length: 5_000 }, (_, i) => new Date(1_583_280_000_000 + i));
  const price = time.map((_, i) => 1.1 + (i % 977) / 1e5);
  const whole = new Uint8Array(parquetWriteBuffer({
    columnData: [
      { name: "time", data: time, type: "TIMESTAMP" },
      { name: "bid", data: price, type: "DOUBLE" },
      { name: "ask", data: price, type: "DOUBLE" },
    ],
  }));
  await refused({ "EURUSD.parquet": whole.slice(0, 1_000) }, "not Parquet");
  await refused({ "EURUSD.parquet": strToU8("hello") }, "not Parquet");
  const changed = whole.slice();
  changed.fill(0xff, 4, 2_000);
  await refused({ "EURUSD.parquet": changed }, "corrupt");
});

Deno.test("an unreadable file is passed over with its reason where that is asked for", async () => {
  const files = { "EURUSD.csv": csvRows(1), "GBPUSD.zip": "hello", "x/readme.md": "hello" };
  await withFiles(files, async (folder) => {
    const { files, ignored } = await detectSource(folder, { skipsUnreadable: true });
    assertEquals(files.length, 1);
    assertEquals(ignored.length, 2);
    assert(ignored.every((one) => one.reason.length > 10));
    assert(ignored[0]!.reason.includes("not a zip"), ignored[0]!.reason);
  });
});

Deno.test("many zips may wait for their readers while another is read to its end", async () => {
  const rows = Array.from({ length: 12_000 }, (_, i) => `1583280${i + 100_000},1.${i},1.${7 * i}`);
  const zip = zipSync({ "EURUSD.csv": strToU8(`time,bid,ask\n${rows.join("\n")}`) });
  const files = Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`${i}/EURUSD.zip`, zip]));
  await withFiles(files, async (folder) => {
    const source = await detectSource(folder);
    const readers = source.files.map((file) => file.read()[Symbol.asyncIterator]());
    for (const reader of readers) assertEquals((await reader.next()).done, false);
    assertEquals((await readAll(source.files.slice(0, 1))).times.length, 12_000);
    for (const reader of readers) await reader.return?.();
  });
});

Deno.test("a file is read a piece at a time, as its reader asks", async () => {
  const pieces = { taken: 0, read: read() };
  async function* read() {
    yield strToU8("time,bid,ask\n");
    for (; pieces.taken < 1_000; pieces.taken++) yield await Promise.resolve(strToU8(`${tick}\n`));
  }
  let given = 0;
  const rows = { path: "p", delimiter: ",", headerLines: 1 };
  const reader = { read: () => null, take: () => [given] };
  for await (const _ of readTextRows(pieces.read, { ...rows, reader })) {
    assert(pieces.taken <= given++);
  }
});

Deno.test("nothing outside the import folder is read, by path or by link", async () => {
  await withFiles({ "in/EURUSD.csv": csvRows(1), "out/GBPUSD.csv": csvRows(1) }, async (folder) => {
    await Deno.symlink(`${folder}/out`, `${folder}/in/link`);
    await Deno.symlink(`${folder}/out/GBPUSD.csv`, `${folder}/in/USDJPY.csv`);
    const within = `${folder}/in`;
    const { files, ignored } = await detectSource(within, { within });
    assertEquals(files.map((file) => file.path.split("/").at(-1)), ["EURUSD.csv"]);
    assertEquals(ignored.map((one) => one.reason.includes("link")), [true, true]);
    for (const path of ["../out", "link", "USDJPY.csv", "link/GBPUSD.csv", ".."]) {
      const detect = () => detectSource(`${within}/${path}`, { within });
      await assertRejects(detect, SourceFileError, "outside the import folder");
    }
  });
});

Deno.test("folders deeper than 32 are refused", async () => {
  const deep = Array.from({ length: 34 }, (_, i) => `f${i}`).join("/");
  await withFiles({ [`${deep}/EURUSD.csv`]: csvRows(1) }, async (folder) => {
    await assertRejects(() => detectSource(folder), SourceFileError, "f32: it lies more than 32");
  });
});

Deno.test("an abort ends the reading of a plain file and of a zip", async () => {
  const files = {
    "EURUSD.csv": csvRows(40_000),
    "GBPUSD.zip": zipSync({ "GBPUSD.csv": strToU8(csvRows(40_000)) }, { level: 0 }),
  };
  await withFiles(files, async (folder) => {
    for (const file of (await detectSource(folder)).files) {
      const stop = new AbortController();
      const read = async () => {
        if (file.kind !== "ticks") return;
        for await (const _ of file.read(stop.signal)) stop.abort(new Error("enough"));
      };
      await assertRejects(read, Error, "enough");
    }
  });
});

Deno.test("textBlocks() and openZipText() keep to whole lines and one entry", async () => {
  const pieces = async function* () {
    yield await Promise.resolve(strToU8("a\nb"));
    yield strToU8("c\nd");
  };
  const blocks = await Array.fromAsync(textBlocks("p", pieces(), () => 0));
  const texts = blocks.map(({ bytes, end }) => new TextDecoder().decode(bytes.subarray(0, end)));
  assertEquals(texts, ["a\n", "bc\n", "d"]);
  await withFiles({ "a.zip": zipSync({ "a.csv": strToU8("hello") }) }, async (folder) => {
    const text = await openZipText(`${folder}/a.zip`, [/\.csv$/], "CSV");
    assertEquals([text.name, text.bytes], ["a.csv", 5]);
  });
});

Deno.test("what is wrong with every row is said once, with the option that mends it", async () => {
  const rows = (times: readonly string[], cell = ",") =>
    ["time,bid,ask", ...times.map((time) => `${time},1.1,1.2`)].join("\n").replaceAll(",", cell);
  const told = [
    ["04.03.2020 10:00:00.000", "begin with the day or the month: say which as time format"],
    ["03/04/2020 10:00:00", "dmy or mdy"],
    ["1583316000", "are seconds since 1970: say so as time format, epoch-s"],
    ["1583316000.25", "epoch-s"],
    ["1583316000000000", "microseconds"],
    ["1583316000000000000", "epoch-ns"],
  ] as const;
  for (const [time, text] of told) {
    await refused({ "EURUSD.csv": rows([time, time]) }, text);
    await refused({ "EURUSD.csv": rows([time], ";") }, `row 2: its times, such as "${time}"`);
  }
  const falling = Array.from(
    { length: 12 },
    (_, n) => new Date(Date.UTC(2020, 2, 4, 10) - n * 1_000).toISOString(),
  );
  await refused({ "EURUSD.csv": rows(falling) }, "row 2: its rows stand newest first");
  await withFiles({ "EURUSD.csv": rows(falling.toReversed()) }, async (folder) => {
    assertEquals((await detectSource(folder)).files.length, 1);
  });
});
