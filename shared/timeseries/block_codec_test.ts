import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { crc32 } from "node:zlib";
import {
  BlockFormatError,
  decodeBars,
  decodeTicks,
  encodeBars,
  encodeTicks,
  rowsMax,
  TickRoom,
} from "./block_codec.ts";
import type { BarColumns, TickColumns } from "./columns.ts";

const int32 = fc.integer({ min: -2_147_483_648, max: 2_147_483_647 });
/** A column of volumes of one kind, since what a source writes is of one kind. */
const volumes = (rows: number) =>
  fc.option(
    fc.oneof(
      fc.array(fc.double({ noNaN: true }), { minLength: rows, maxLength: rows }),
      fc.array(fc.float({ noNaN: true }), { minLength: rows, maxLength: rows }),
      fc.array(fc.integer({ min: 0, max: 1e9 }).map((count) => count / 100), {
        minLength: rows,
        maxLength: rows,
      }),
      fc.array(fc.integer({ min: 0, max: 1e6 }).map((count) => Math.fround(count / 100)), {
        minLength: rows,
        maxLength: rows,
      }),
      fc.array(fc.constantFrom(0, -0, 1), { minLength: rows, maxLength: rows }),
    ).map((values) => Float64Array.from(values)),
    { nil: null },
  );
const column = (rows: number, values: fc.Arbitrary<number>) =>
  fc.array(values, { minLength: rows, maxLength: rows }).map((all) => Int32Array.from(all));
const prices = (rows: number) =>
  fc.oneof(column(rows, int32), column(rows, fc.integer({ min: 110_000, max: 110_300 })));
const times = (rows: number) =>
  fc.tuple(
    fc.oneof(fc.constant(0), fc.integer({ min: -1e13, max: 1e13 })),
    fc.array(
      fc.oneof(
        fc.constant(0),
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 0, max: 100 }).map((minutes) => minutes * 60_000),
        fc.integer({ min: 0, max: 1e11 }),
      ),
      { minLength: rows, maxLength: rows },
    ),
  ).map(([start, steps]) => Float64Array.from(steps, (step) => start += step));

/** Long ones have a body. */
const rowCounts = fc.oneof(
  fc.integer({ min: 1, max: 5 }),
  fc.integer({ min: 40, max: 300 }),
  fc.integer({ min: 1_020, max: 1_100 }),
);
const tickColumns: fc.Arbitrary<TickColumns> = rowCounts.chain((length) =>
  fc.record({
    length: fc.constant(length),
    time: times(length),
    bid: prices(length),
    ask: prices(length),
    bidVolume: volumes(length),
    askVolume: volumes(length),
  })
);
const barColumns: fc.Arbitrary<BarColumns> = rowCounts.chain((length) =>
  fc.record({
    length: fc.constant(length),
    openTime: times(length),
    open: prices(length),
    high: prices(length),
    low: prices(length),
    close: prices(length),
    ticks: column(length, fc.oneof(fc.integer({ min: -1, max: 900 }), int32)),
    volume: volumes(length),
  })
);

/** Bits, so that -0 is not 0. */
const bits = (columns: object) =>
  Object.entries(columns).map(([name, value]) => [
    name,
    ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength).toHex()
      : value,
  ]);

Deno.test("ticks of any columns come back bit for bit", () => {
  fc.assert(fc.property(tickColumns, (ticks) => {
    assertEquals(bits(decodeTicks(encodeTicks(ticks))), bits(ticks));
  }));
});

Deno.test("blocks decoded into one room, one after another, are what they are by themselves", () => {
  const room = new TickRoom();
  const inRoom = ({ time, bid, ask }: TickColumns) =>
    time.buffer === room.time.buffer && bid.buffer === room.bid.buffer &&
    ask.buffer === room.ask.buffer;
  fc.assert(fc.property(fc.array(tickColumns, { minLength: 1, maxLength: 4 }), (blocks) => {
    for (const ticks of blocks) {
      const bytes = encodeTicks(ticks);
      // One that cannot be read leaves nothing behind for the next.
      assertThrows(() => decodeTicks(bytes.subarray(1), room), BlockFormatError);
      const decoded = decodeTicks(bytes, room);
      assert(inRoom(decoded));
      assertEquals(bits(decoded), bits(ticks));
    }
  }));
  assertEquals(room.time.length, rowsMax);
});

Deno.test("bars of any columns come back bit for bit", () => {
  fc.assert(fc.property(barColumns, (bars) => {
    assertEquals(bits(decodeBars(encodeBars(bars))), bits(bars));
  }));
});

Deno.test("a block with a changed, missing or added byte is refused", () => {
  fc.assert(
    fc.property(tickColumns, fc.nat(), fc.integer({ min: 1, max: 255 }), (ticks, at, by) => {
      const block = encodeTicks(ticks);
      const changed = block.slice();
      changed[at % block.length]! ^= by;
      for (
        const bytes of [changed, block.slice(0, at % block.length), Uint8Array.of(...block, by)]
      ) {
        assertThrows(() => decodeTicks(bytes), BlockFormatError);
      }
    }),
  );
});

Deno.test("a forged block is an error or a block, whatever it says, and costs no memory", () => {
  const forge = (block: Uint8Array) => {
    new DataView(block.buffer).setUint32(
      block.length - 4,
      crc32(block.subarray(0, block.length - 4)),
      true,
    );
    return block;
  };
  fc.assert(fc.property(
    tickColumns,
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
    (ticks, edits) => {
      const block = encodeTicks(ticks);
      for (const [at, byte] of edits) block[at % (block.length - 4)] = byte;
      try {
        const read = decodeTicks(forge(block));
        assert(read.length <= 65_536);
      } catch (error) {
        assert(error instanceof BlockFormatError, `${error}`);
      }
    },
  ));
  fc.assert(fc.property(fc.uint8Array({ minLength: 4, maxLength: 400 }), (bytes) => {
    for (const version of [1, 2]) {
      const block = forge(Uint8Array.of(version, 2, 0, 0, ...bytes));
      assertThrows(() => decodeBars(block), BlockFormatError);
    }
  }));
});

Deno.test("encodeTicks() refuses times that fall and blocks without rows", () => {
  const ticks = (time: number[]): TickColumns => ({
    length: time.length,
    time: Float64Array.from(time),
    bid: new Int32Array(time.length),
    ask: new Int32Array(time.length),
    bidVolume: null,
    askVolume: null,
  });
  for (const time of [[2, 1], [0.5], [NaN], [1, Infinity], []]) {
    assertThrows(() => encodeTicks(ticks(time)), RangeError);
  }
  assertEquals(decodeTicks(encodeTicks(ticks([7]))).length, 1);
});
