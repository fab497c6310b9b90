/** How Arrow's buffers are unpacked: LZ4 as pandas packs them, and Zstandard. */

import { CompressionType, setCompressionCodec } from "@uwdata/flechette";
import { zstdDecompressSync } from "node:zlib";
import { inflateLz4Frame } from "./lz4_frame.ts";

/** Of one column of a batch, unpacked: eight bytes for each of four million rows, and more for text. */
const bufferBytesMax = 256 * 1024 ** 2;

const none = (): never => {
  throw new Error("Arrow is written without compression");
};

/** Room is made only where it is bearable: a buffer states its length before a byte of it is seen. */
const bounded = (
  inflate: (bytes: Uint8Array, length: number) => Uint8Array,
) => ({
  encode: none,
  decode(bytes: Uint8Array, length: number): Uint8Array {
    if (!(length >= 0 && length <= bufferBytesMax)) {
      throw new RangeError(`A column that unpacks to ${length} bytes is beyond any`);
    }
    const inflated = inflate(bytes, length);
    if (inflated.length === length) return inflated;
    throw new RangeError(`A column of ${length} bytes unpacks to ${inflated.length}`);
  },
});

let areSet = false;

/** Tells the library, once. */
export function setCodecs(): void {
  if (areSet) return;
  areSet = true;
  setCompressionCodec(CompressionType.LZ4_FRAME, bounded(inflateLz4Frame));
  setCompressionCodec(
    CompressionType.ZSTD,
    // A copy begins where its numbers may be looked at as such.
    bounded((bytes, length) =>
      new Uint8Array(zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, length) }))
    ),
  );
}
