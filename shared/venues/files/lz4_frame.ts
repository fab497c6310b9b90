/**
 * LZ4 frames, as Arrow files of pandas are packed: blocks of literals and of matches that reach back
 * into what was unpacked before, over the blocks' edges too. Checksums are passed over.
 */

const magic = 0x184d_2204;
const matchBytesMin = 4;
/** Set in a block's length where the block is stored as it is. */
const storedBit = 0x8000_0000;

/** What a frame unpacks to, which must be `length` bytes. @throws RangeError for what is no such frame */
export function inflateLz4Frame(frame: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const output = new Uint8Array(length);
  let { at, hasBlockSums } = readHeader(view);
  let filled = 0;
  for (;;) {
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) break;
    const bytes = size & ~storedBit;
    if (at + bytes > frame.length) throw new RangeError("An LZ4 block is cut off");
    const block = frame.subarray(at, at + bytes);
    if ((size & storedBit) !== 0) {
      output.set(block, filled);
      filled += bytes;
    } else filled = inflateBlock(block, output, filled);
    at += bytes + (hasBlockSums ? 4 : 0);
  }
  if (filled !== length) throw new RangeError(`An LZ4 frame of ${length} bytes has ${filled}`);
  return output;
}

/** Where the first block begins. */
function readHeader(view: DataView): { at: number; hasBlockSums: boolean } {
  const flags = view.getUint8(4);
  if (view.getUint32(0, true) !== magic || flags >> 6 !== 1) throw new RangeError("No LZ4 frame");
  const hasSize = (flags & 0x08) !== 0;
  const hasDictionary = (flags & 0x01) !== 0;
  if (hasDictionary) throw new RangeError("An LZ4 frame needs a dictionary");
  return { at: 7 + (hasSize ? 8 : 0), hasBlockSums: (flags & 0x10) !== 0 };
}

/** Unpacks a block behind what is there, and gives where it ends. */
function inflateBlock(block: Uint8Array, output: Uint8Array, from: number): number {
  let filled = from;
  let at = 0;
  /** A length of 15 and more goes on in the bytes that follow. */
  const lengthOf = (first: number): number => {
    let length = first;
    if (first < 15) return length;
    for (let byte = 255; byte === 255; length += byte) byte = byteAt(block, at++);
    return length;
  };
  while (at < block.length) {
    const token = byteAt(block, at++);
    const literals = lengthOf(token >> 4);
    if (at + literals > block.length || filled + literals > output.length) throw tooLong();
    output.set(block.subarray(at, at + literals), filled);
    at += literals;
    filled += literals;
    if (at === block.length) break;
    const back = byteAt(block, at) | byteAt(block, at + 1) << 8;
    at += 2;
    const length = lengthOf(token & 15) + matchBytesMin;
    if (back === 0 || back > filled || filled + length > output.length) throw tooLong();
    // A match may reach into itself, so it is copied byte by byte.
    for (const end = filled + length; filled < end; filled++) {
      output[filled] = output[filled - back]!;
    }
  }
  return filled;
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw tooLong();
  return byte;
}

const tooLong = (): RangeError => new RangeError("An LZ4 block reaches beyond its end");
