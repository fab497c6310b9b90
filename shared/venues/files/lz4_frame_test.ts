/** Frames by an encoder that knows nothing of the decoder, with blocks that lean on each other. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { inflateLz4Frame } from "./lz4_frame.ts";

const lengthBytes = (length: number): number[] => {
  if (length < 15) return [];
  const bytes = [];
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) bytes.push(255);
  return [...bytes, rest];
};

/** One block of `bytes[from, to)`: the longest match anywhere before, wherever there is one. */
function blockOf(bytes: Uint8Array, from: number, to: number): number[] {
  const block: number[] = [];
  let start = from;
  const literals = (end: number, match: number) => {
    const count = end - start;
    block.push(Math.min(15, count) << 4 | Math.min(15, match), ...lengthBytes(count));
    block.push(...bytes.subarray(start, end));
  };
  for (let at = from; at < to;) {
    let [best, back] = [0, 0];
    for (let before = Math.max(0, at - 300); before < at; before++) {
      let length = 0;
      while (at + length < to && bytes[before + length] === bytes[at + length]) length++;
      if (length > best) [best, back] = [length, at - before];
    }
    if (best < 4) {
      at++;
      continue;
    }
    literals(at, best - 4);
    block.push(back & 255, back >> 8, ...lengthBytes(best - 4));
    at += best;
    start = at;
  }
  literals(to, 0);
  return block;
}

interface Options {
  readonly blockBytes: number;
  readonly hasSize: boolean;
  readonly hasSums: boolean;
}

const word = (value: number): number[] => [0, 8, 16, 24].map((bits) => value >>> bits & 255);

function frameOf(bytes: Uint8Array, { blockBytes, hasSize, hasSums }: Options): Uint8Array {
  const frame = [...word(0x184d2204), 0x40 | (hasSize ? 8 : 0) | (hasSums ? 0x10 : 0), 0x40];
  if (hasSize) frame.push(...word(bytes.length), ...word(0));
  frame.push(0);
  for (let from = 0; from < bytes.length; from += blockBytes) {
    const to = Math.min(bytes.length, from + blockBytes);
    const block = blockOf(bytes, from, to);
    const isStored = block.length >= to - from;
    const body = isStored ? [...bytes.subarray(from, to)] : block;
    frame.push(...word((body.length | (isStored ? 0x8000_0000 : 0)) >>> 0), ...body);
    if (hasSums) frame.push(...word(0));
  }
  return Uint8Array.from([...frame, ...word(0)]);
}

const texts = fc.array(
  fc.oneof(fc.constantFrom("1.1000", "\0\0\0\0\0\0\0\0", "a"), fc.string({ maxLength: 5 })),
  { maxLength: 120 },
).map((parts) => new TextEncoder().encode(parts.join("")));
const options = fc.record({
  blockBytes: fc.integer({ min: 5, max: 400 }),
  hasSize: fc.boolean(),
  hasSums: fc.boolean(),
});

Deno.test("a frame unpacks to what was packed, whatever its blocks", () => {
  fc.assert(fc.property(texts, options, (bytes, how) => {
    assertEquals(inflateLz4Frame(frameOf(bytes, how), bytes.length), bytes);
  }));
});

Deno.test("a frame of another length, cut off or changed is refused or gives as many bytes", () => {
  const how = { blockBytes: 100, hasSize: true, hasSums: true };
  const bytes = new TextEncoder().encode("1.10001,1.10004\n".repeat(60));
  const frame = frameOf(bytes, how);
  assert(frame.length < bytes.length / 2);
  for (const length of [bytes.length - 1, bytes.length + 1]) {
    assertThrows(() => inflateLz4Frame(frame, length), RangeError);
  }
  for (let at = 0; at < frame.length; at++) {
    assertThrows(() => inflateLz4Frame(frame.subarray(0, at), bytes.length), RangeError);
    const changed = frame.slice();
    changed[at]! ^= 0xff;
    try {
      assertEquals(inflateLz4Frame(changed, bytes.length).length, bytes.length);
    } catch (error) {
      assert(error instanceof RangeError, String(error));
    }
  }
});
