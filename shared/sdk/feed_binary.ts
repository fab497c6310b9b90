/**
 * Reads the binary form of quotes: `shared/contracts/messages/FEED_BINARY.md` describes it byte by
 * byte. Runs wherever there is a DataView.
 */

import type { FeedQuote, QuotesFrame, SnapshotFrame, TableFrame } from "./feed_frames.ts";

/** Names for `Sec-WebSocket-Protocol`. */
export const feedProtocols = { json: "spotwire.v1.json", binary: "spotwire.v1.binary" } as const;

const version = 1;
const headBytes = 8;
const recordBytesMin = 32;
const types = new Map<number, "snapshot" | "quotes">([[1, "snapshot"], [2, "quotes"]]);
const statuses: readonly FeedQuote["status"][] = ["live", "quiet", "stale", "closed"];

export class QuoteDecoder {
  readonly #instruments: ReadonlyMap<number, TableFrame["instruments"][number]>;

  /** Takes the `table` frame of the same connection. */
  constructor({ instruments }: Pick<TableFrame, "instruments">) {
    this.#instruments = new Map(instruments.map((one) => [one.index, one]));
  }

  /** `null` for a kind this version does not know; throws on what is no message of the feed. */
  read(bytes: ArrayBuffer | Uint8Array): SnapshotFrame | QuotesFrame | null {
    const view = bytes instanceof Uint8Array
      ? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      : new DataView(bytes);
    if (view.byteLength < headBytes || view.getUint8(0) !== version) {
      throw new TypeError("Cannot read the frame: it is not of version 1");
    }
    const type = types.get(view.getUint8(1));
    if (type === undefined) return null;
    const step = view.getUint16(2, true);
    const count = view.getUint32(4, true);
    if (step < recordBytesMin || view.byteLength !== headBytes + count * step) {
      throw new TypeError("Cannot read the frame: its length is not that of its records");
    }
    const quotes: FeedQuote[] = [];
    for (let record = 0; record < count; record++) {
      quotes.push(this.#record(view, headBytes + record * step));
    }
    return { type, quotes };
  }

  #record(view: DataView, at: number): FeedQuote {
    const instrument = this.#instruments.get(view.getUint16(at, true));
    const status = statuses[view.getUint8(at + 2)];
    if (instrument === undefined || status === undefined) {
      throw new TypeError("Cannot read the frame: an index or a status is unknown");
    }
    const { symbol, pricePrecision } = instrument;
    return {
      symbol,
      bid: decimal(view.getUint32(at + 4, true), pricePrecision),
      ask: decimal(view.getUint32(at + 8, true), pricePrecision),
      time: view.getUint16(at + 16, true) * 2 ** 32 + view.getUint32(at + 12, true),
      receivedTime: view.getUint16(at + 18, true) * 2 ** 32 + view.getUint32(at + 20, true),
      sequence: view.getFloat64(at + 24, true),
      status,
    };
  }
}

/** `84100` points of precision 5 are `"0.84100"`. */
function decimal(points: number, precision: number): string {
  if (precision === 0) return String(points);
  const digits = String(points).padStart(precision + 1, "0");
  return `${digits.slice(0, -precision)}.${digits.slice(-precision)}`;
}
