/**
 * Bids and asks as small changes, exact. Both changes of a tick share a byte where they are small, as
 * they nearly always are; those that are not stand beside, in order.
 */

import { BlockFormatError, rowsMax } from "./block_bytes.ts";
import { unzigzag, zigzag } from "./column_codec.ts";
import { type BlockReader, zeros } from "./plane_reader.ts";
import type { BlockWriter } from "./plane_writer.ts";

/** Work space of the codec: one block is written or read at a time. */
const bids = new Uint32Array(rowsMax);
const changes = new Uint32Array(rowsMax);
const spreads = new Uint32Array(rowsMax);
const pairs = new Uint32Array(rowsMax);
const wideBids = new Uint32Array(rowsMax);
const wideAsks = new Uint32Array(rowsMax);

/** An ask by its own changes or by those of the spread. */
const askBy = { change: 0, spread: 1 } as const;
const layout = { apart: 0, pairs: 1 } as const;
/** Half a byte that says: it did not fit, look beside. */
const beside = 15;
/** Pairs pay while fewer than one tick in so many stands beside. */
const besideEvery = 8;

export interface Prices {
  readonly bid: Int32Array;
  readonly ask: Int32Array;
  readonly length: number;
}

export function writePrices(writer: BlockWriter, { bid, ask, length: rows }: Prices): void {
  const count = rows - 1;
  let bits = 0;
  let spreadBefore = ask[0]! - bid[0]!;
  for (let i = 1; i < rows; i++) {
    const width = ask[i]! - bid[i]!;
    const change = zigzag((ask[i]! - ask[i - 1]!) | 0);
    const widened = zigzag((width - spreadBefore) | 0);
    spreadBefore = width;
    bids[i - 1] = zigzag((bid[i]! - bid[i - 1]!) | 0);
    changes[i - 1] = change;
    spreads[i - 1] = widened;
    bits += Math.clz32(change) - Math.clz32(widened);
  }
  const asks = bits < 0 ? spreads : changes;
  writer.u8(bits < 0 ? askBy.spread : askBy.change);
  writer.u32(bid[0]! >>> 0);
  writer.u32(ask[0]! >>> 0);
  const wide = toPairs(asks, count);
  if (wide * besideEvery > count) {
    writer.u8(layout.apart);
    writer.planes(bids, count);
    writer.planes(asks, count);
    return;
  }
  writer.u8(layout.pairs);
  writer.planes(pairs, count);
  writer.u32(wide);
  writer.planes(wideBids, wide);
  writer.planes(wideAsks, wide);
}

/** Fills the pairs and what stands beside; returns how many do. */
function toPairs(asks: Uint32Array, count: number): number {
  let wide = 0;
  for (let i = 0; i < count; i++) {
    const bid = bids[i]!;
    const ask = asks[i]!;
    if (bid < beside && ask < beside) pairs[i] = bid << 4 | ask;
    else {
      pairs[i] = beside << 4 | beside;
      wideBids[wide] = bid;
      wideAsks[wide++] = ask;
    }
  }
  return wide;
}

/** What a pair says of the bid, and of the ask or the spread. */
const pairedBid = Int8Array.from({ length: 256 }, (_, pair) => unzigzag(pair >>> 4));
const pairedAsk = Int8Array.from({ length: 256 }, (_, pair) => unzigzag(pair & 15));

/** @throws BlockFormatError */
export function readPrices(reader: BlockReader, prices: Prices): void {
  const by = reader.u8();
  if (by > askBy.spread) throw new BlockFormatError(`asks written in way ${by}`);
  prices.bid[0] = reader.u32();
  prices.ask[0] = reader.u32();
  // The ask goes where the bid goes, and by as much further as the spread widens.
  const withBid = by === askBy.spread ? -1 : 0;
  const how = reader.u8();
  if (how === layout.apart) readApart(reader, prices, withBid);
  else if (how === layout.pairs) readPairs(reader, prices, withBid);
  else throw new BlockFormatError(`prices written in way ${how}`);
}

function readApart(reader: BlockReader, { bid, ask, length }: Prices, withBid: number): void {
  reader.planes(length - 1, bids);
  reader.planes(length - 1, changes);
  let bidAt = bid[0]!;
  let askAt = ask[0]!;
  for (let i = 1; i < length; i++) {
    const change = unzigzag(bids[i - 1]!);
    bid[i] = bidAt = (bidAt + change) | 0;
    ask[i] = askAt = (askAt + unzigzag(changes[i - 1]!) + (change & withBid)) | 0;
  }
}

/** The hot loop of reading: from bytes to prices in one pass. */
function readPairs(reader: BlockReader, { bid, ask, length }: Prices, withBid: number): void {
  const [pairs = zeros] = reader.bytePlanes(length - 1, 1);
  const wide = reader.u32();
  if (wide >= length) throw new BlockFormatError(`${wide} wide changes in ${length - 1}`);
  reader.planes(wide, wideBids);
  reader.planes(wide, wideAsks);
  let taken = 0;
  let bidAt = bid[0]!;
  let askAt = ask[0]!;
  for (let i = 1; i < length; i++) {
    const pair = pairs[i - 1]!;
    let change = pairedBid[pair]!;
    let other = pairedAsk[pair]!;
    if (pair === (beside << 4 | beside)) {
      change = unzigzag(wideBids[taken]!);
      other = unzigzag(wideAsks[taken++]!);
    }
    bid[i] = bidAt = (bidAt + change) | 0;
    ask[i] = askAt = (askAt + other + (change & withBid)) | 0;
  }
  if (taken !== wide) throw new BlockFormatError(`${taken} wide changes, expected ${wide}`);
}
