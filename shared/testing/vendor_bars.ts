/** The one-minute bid bars a vendor publishes beside its ticks, to compare ours with. */

import { decompress } from "lzma1";

/** The recorded day below the test data; `from` is its midnight. */
export const vendorDay = {
  folder: "dukascopy/EURUSD/2019/01/04",
  from: Date.UTC(2019, 1, 4),
  ticks: 136_741,
  minutes: 1_440,
};

/**
 * Dukascopy's `BID_candles_min_1.bi5` as `[openTime, open, high, low, close]` in points: records of
 * second of the day, open, close, low, high (in that order) and volume, big-endian.
 */
export async function vendorBidBars(folder: string): Promise<number[][]> {
  const bytes = decompress(await Deno.readFile(`${folder}/BID_candles_min_1.bi5`)) as Uint8Array;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 24 }, (_, index) => {
    const [second, open, close, low, high] = [0, 4, 8, 12, 16]
      .map((at) => view.getInt32(index * 24 + at)) as [number, number, number, number, number];
    return [vendorDay.from + second * 1_000, open, high, low, close];
  });
}
