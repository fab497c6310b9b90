// Goal: the page FORMAT.md is enough. This reader shares no code with the codec and is written from
// the page: slow, plain, byte by byte.

import { assertEquals } from "@std/assert";
import { zstdDecompressSync } from "node:zlib";
import { decompress } from "lzma1";
import { dataTest } from "../testing/test_data.ts";
import { vendorDay } from "../testing/vendor_bars.ts";
import { decodeBars, decodeTicks, encodeBars, encodeTicks } from "./block_codec.ts";
import type { BarColumns, TickColumns } from "./columns.ts";
import version1 from "./testdata/version_1.json" with { type: "json" };

type Row = Record<string, number>;

class PageReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #slots: Uint8Array[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const sum = this.#view.getUint32(bytes.length - 4, true);
    assertEquals(crcOf(bytes.subarray(0, bytes.length - 4)), sum);
  }

  get left(): number {
    return this.#bytes.length - 4 - this.#at;
  }

  u8 = () => this.#bytes[this.#at++]!;
  u32 = () => this.#view.getUint32((this.#at += 4) - 4, true);
  i32 = () => this.#view.getInt32((this.#at += 4) - 4, true);
  f64 = () => this.#view.getFloat64((this.#at += 8) - 8, true);

  take(count: number): Uint8Array {
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** A column of planes. */
  column(count: number): bigint[] {
    const values = new Array<bigint>(count).fill(0n);
    const planes = this.u8();
    for (let plane = 0; plane < planes; plane++) {
      const bytes = this.#plane(count);
      for (let i = 0; i < count; i++) values[i]! += BigInt(bytes[i]!) << BigInt(8 * plane);
    }
    return values;
  }

  body(slots: number, rows: number): void {
    if (slots === 0) return;
    let size = 1_024;
    while (size < rows) size *= 2;
    const bytes = zstdDecompressSync(this.take(this.u32()), { chunkSize: slots * size + 1 });
    assertEquals(bytes.length, slots * size);
    this.#slots = Array.from(
      { length: slots },
      (_, at) => bytes.subarray(at * size, (at + 1) * size),
    );
  }

  #plane(count: number): Uint8Array {
    const how = this.u8();
    if (how === 0) return new Uint8Array(count).fill(this.u8());
    if (how === 1) return this.take(count);
    if (how === 3) {
      const slot = this.#slots[this.u8()]!;
      assertEquals(slot.subarray(count).some((byte) => byte !== 0), false);
      return slot.subarray(0, count);
    }
    assertEquals(how, 2);
    return zstdDecompressSync(this.take(this.u32()));
  }

  signed = (count: number): number[] =>
    this.column(count).map((value) => Number(value & 1n ? -(value >> 1n) - 1n : value >> 1n));
}

/** The polynomial 0xEDB88320, bit by bit. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function readBlock(bytes: Uint8Array, version = 2): Row[] {
  const page = new PageReader(bytes);
  assertEquals(page.u8(), version);
  const kind = page.u8();
  const flags = page.u8();
  const slots = page.u8();
  if (version === 1) assertEquals(slots, 0);
  const rows = Array.from({ length: page.u32() }, (): Row => ({}));
  page.body(slots, rows.length);
  const put = (name: string, values: readonly number[]) =>
    rows.forEach((row, i) => row[name] = values[i]!);
  put("time", readTimes(page, rows.length));
  if (kind === 1) {
    readPrices(page, rows);
    if (flags & 1) put("bidVolume", readVolumes(page, rows.length));
    if (flags & 2) put("askVolume", readVolumes(page, rows.length));
  } else {
    readBars(page, rows);
    if (flags & 1) put("volume", readVolumes(page, rows.length));
  }
  assertEquals(page.left, 0);
  return rows;
}

function readTimes(page: PageReader, rows: number): number[] {
  const times = [page.f64()];
  const unit = page.f64();
  const split = page.u8() === 1;
  let steps = page.column(rows - 1);
  if (split) {
    const rest = page.column(rows - 1);
    steps = steps.map((low, i) => low + 16n * rest[i]!);
  }
  for (const step of steps) times.push(times.at(-1)! + Number(step) * unit);
  return times;
}

function readPrices(page: PageReader, rows: Row[]): void {
  const bySpread = page.u8() === 1;
  let bid = page.i32();
  let ask = page.i32();
  const count = rows.length - 1;
  let changes: [number, number][];
  if (page.u8() === 0) {
    const bids = page.signed(count);
    const asks = page.signed(count);
    changes = bids.map((change, i) => [change, asks[i]!]);
  } else {
    const pairs = page.column(count).map(Number);
    const beside = page.u32();
    const bids = page.signed(beside);
    const asks = page.signed(beside);
    const unzigzag = (value: number) => value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    changes = pairs.map((pair) =>
      pair === 255
        ? [bids.shift()!, asks.shift()!]
        : [unzigzag(pair >> 4), unzigzag(pair & 15)] as [number, number]
    );
  }
  Object.assign(rows[0]!, { bid, ask });
  changes.forEach(([ofBid, other], i) => {
    const spread = ask - bid;
    bid = (bid + ofBid) | 0;
    ask = bySpread ? (bid + spread + other) | 0 : (ask + other) | 0;
    Object.assign(rows[i + 1]!, { bid, ask });
  });
}

function readVolumes(page: PageReader, rows: number): number[] {
  const as = page.u8();
  const decimals = as >= 2 ? page.u8() : 0;
  const values = page.column(rows);
  if (as >= 2) {
    const exact = values.map((count) => Number(count) / 10 ** decimals);
    return as === 3 ? exact.map(Math.fround) : exact;
  }
  const view = new DataView(new ArrayBuffer(8));
  let bits = 0n;
  return values.map((value) => {
    bits ^= value;
    view.setBigUint64(0, bits);
    return as === 0 ? view.getFloat64(0) : view.getFloat32(4);
  });
}

function readBars(page: PageReader, rows: Row[]): void {
  const first = page.i32();
  const [gap, body, above, below, ticks] = [0, 1, 2, 3, 4].map(() => page.signed(rows.length)) as [
    number[],
    number[],
    number[],
    number[],
    number[],
  ];
  let close = 0;
  rows.forEach((row, i) => {
    const open = (i === 0 ? first : close + gap[i]!) | 0;
    close = (open + body[i]!) | 0;
    const high = (Math.max(open, close) + above[i]!) | 0;
    const low = (Math.min(open, close) - below[i]!) | 0;
    Object.assign(row, { open, high, low, close, ticks: ticks[i]! });
  });
}

const rowsOf = (columns: object): Row[] => {
  const { length, ...rest } = columns as { length: number } & Record<string, ArrayLike<number>>;
  return Array.from({ length }, (_, i) => {
    const row: Row = {};
    for (const [name, values] of Object.entries(rest)) {
      if (values !== null) row[name === "openTime" ? "time" : name] = values[i]!;
    }
    return row;
  });
};

/** Ticks that need every way a column can be written. */
const variants: readonly ((at: number) => readonly number[])[] = [
  (i) => [i * 103, 110_000 + i % 7, 110_012 + i % 5, i / 100, Math.fround(i / 100)],
  (i) => [i * 60_000, i % 2 ? 2_147_483_647 : -2_147_483_648, i, i * Math.PI, -0],
  (i) => [Math.min(i, 1_500) ** 5, i * 900, i * 900 + 12, Math.fround(Math.PI * i), NaN],
  (i) => [i * 300, 150 + (i % 50 === 0 ? 99 : 0), 160 + i % 3, i, 0.1 + 0.2],
];

function ticksOf(make: (at: number) => readonly number[], length: number): TickColumns {
  const rows = Array.from({ length }, (_, i) => make(i));
  const column = (at: number) => Float64Array.from(rows, (row) => row[at]!);
  return {
    length,
    time: column(0),
    bid: Int32Array.from(column(1)),
    ask: Int32Array.from(column(2)),
    bidVolume: column(3),
    askVolume: column(4),
  };
}

function barsOf(length: number): BarColumns {
  const column = (value: (i: number) => number) => Int32Array.from({ length }, (_, i) => value(i));
  return {
    length,
    openTime: Float64Array.from({ length }, (_, i) => 60_000 * (i + (i > 200 ? 70 : 0))),
    open: column((i) => 100 + i % 9),
    high: column((i) => i === 7 ? -5 : 120 + i % 4),
    low: column((i) => 80 - i % 3),
    close: column((i) => 101 + i % 8),
    ticks: column((i) => i % 10 === 0 ? -1 : i),
    volume: Float64Array.from({ length }, (_, i) => i / 8),
  };
}

/** Short blocks have no body; 1,400 and 5,000 rows have slots that are not full. */
const lengths = [1, 3, 500, 1_400, 2_048, 5_000];

Deno.test("a reader written from FORMAT.md reads ticks however they are written", () => {
  for (const make of variants) {
    for (const length of lengths) {
      const ticks = ticksOf(make, length);
      const block = encodeTicks(ticks);
      assertEquals(block[3]! > 0, length > 1_024);
      assertEquals(readBlock(block), rowsOf(ticks));
      assertEquals(decodeTicks(block), ticks);
    }
  }
});

Deno.test("a reader written from FORMAT.md reads bars", () => {
  for (const length of lengths) {
    const bars = barsOf(length);
    assertEquals(readBlock(encodeBars(bars)), rowsOf(bars));
    assertEquals(decodeBars(encodeBars(bars)), bars);
  }
});

Deno.test("blocks that were written in version 1 are read as they were meant", () => {
  variants.forEach((make, at) => {
    const block = Uint8Array.fromBase64(version1.ticks[at]!);
    const ticks = ticksOf(make, 100);
    assertEquals(decodeTicks(block), ticks);
    assertEquals(readBlock(block, 1), rowsOf(ticks));
  });
  const bars = Uint8Array.fromBase64(version1.bars);
  assertEquals(decodeBars(bars), barsOf(400));
  assertEquals(readBlock(bars, 1), rowsOf(barsOf(400)));
});

dataTest("a reader written from FORMAT.md reads a real hour", vendorDay.folder, async (folder) => {
  const hour = decompress(await Deno.readFile(`${folder}/13h_ticks.bi5`)) as Uint8Array;
  const view = new DataView(hour.buffer, hour.byteOffset, hour.length);
  const length = hour.length / 20;
  const field = (at: number) => Int32Array.from({ length }, (_, i) => view.getInt32(20 * i + at));
  const volume = (at: number) =>
    Float64Array.from({ length }, (_, i) => view.getFloat32(20 * i + at));
  const ticks: TickColumns = {
    length,
    time: Float64Array.from(field(0)),
    ask: field(4),
    bid: field(8),
    askVolume: volume(12),
    bidVolume: volume(16),
  };
  assertEquals(readBlock(encodeTicks(ticks)), rowsOf(ticks));
});
