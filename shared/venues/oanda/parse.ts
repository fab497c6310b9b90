/** Lines of OANDA's streams as what they mean here. Pure; no line throws. */

import * as v from "valibot";
import { type Instrument, parsePrice, type Price, type Symbol } from "../../domain/instrument.ts";
import { type EpochMs, parseRfc3339 } from "../../domain/time.ts";
import type { Tick } from "../venue.ts";
import { heartbeatLine, pricedLine, type PriceLine, priceLine, transactionLine } from "./models.ts";
import { fromOandaName } from "./symbols.ts";

export const lineFaults = [
  "not_json",
  "not_understood",
  "unknown_symbol",
  "bad_time",
  "off_grid",
] as const;
export type LineFault = (typeof lineFaults)[number];

/** A line that cannot be used; its symbol where that much could be read. */
export interface RefusedLine {
  readonly kind: "refused";
  readonly fault: LineFault;
  readonly symbol: Symbol | null;
  /** As it came. */
  readonly line: string;
}

export type PricingMessage =
  | { readonly kind: "price"; readonly tick: Tick }
  /** Halted, closed, or without one of its sides: whatever its price was, it no longer stands. */
  | { readonly kind: "untradeable"; readonly symbol: Symbol }
  | { readonly kind: "heartbeat"; readonly time: EpochMs }
  | RefusedLine;

export type TransactionMessage =
  | { readonly kind: "heartbeat"; readonly time: EpochMs }
  | { readonly kind: "transaction"; readonly id: string; readonly type: string }
  | RefusedLine;

const refused = (fault: LineFault, line: string, symbol: Symbol | null = null): RefusedLine => ({
  kind: "refused",
  fault,
  symbol,
  line,
});

export function parsePricingLine(line: string): PricingMessage {
  const value = parseJson(line);
  if (value === undefined) return refused("not_json", line);
  const price = v.safeParse(priceLine, value);
  if (price.success) return readPrice(price.output, line);
  const priced = v.safeParse(pricedLine, value);
  if (!priced.success) return readHeartbeat(value, line);
  return refused("not_understood", line, fromOandaName(priced.output.instrument)?.symbol);
}

export function parseTransactionLine(line: string): TransactionMessage {
  const value = parseJson(line);
  if (value === undefined) return refused("not_json", line);
  const transaction = v.safeParse(transactionLine, value);
  if (transaction.success) {
    const { id, type } = transaction.output;
    return { kind: "transaction", id, type };
  }
  return readHeartbeat(value, line);
}

function readHeartbeat(
  value: unknown,
  line: string,
): { kind: "heartbeat"; time: EpochMs } | RefusedLine {
  const heartbeat = v.safeParse(heartbeatLine, value);
  if (!heartbeat.success) return refused("not_understood", line);
  const time = parseRfc3339(heartbeat.output.time);
  if (time === null) return refused("bad_time", line);
  return { kind: "heartbeat", time };
}

function readPrice(price: PriceLine, line: string): PricingMessage {
  const instrument = fromOandaName(price.instrument);
  if (instrument === undefined) return refused("unknown_symbol", line);
  const { symbol } = instrument;
  const { tradeable = true, status = "tradeable", bids, asks } = price;
  if (!tradeable || status !== "tradeable" || bids.length === 0 || asks.length === 0) {
    return { kind: "untradeable", symbol };
  }
  const venueTime = parseRfc3339(price.time);
  if (venueTime === null) return refused("bad_time", line, symbol);
  const bid = best(bids, instrument, (one, other) => one > other);
  const ask = best(asks, instrument, (one, other) => one < other);
  if (bid === null || ask === null) return refused("off_grid", line, symbol);
  return { kind: "price", tick: { symbol, bid, ask, venueTime } };
}

/** The best of a side's buckets, exactly; `null` when one of them is not on the instrument's grid. */
function best(
  buckets: PriceLine["bids"],
  instrument: Instrument,
  better: (one: Price, other: Price) => boolean,
): Price | null {
  let found: Price | null = null;
  for (const bucket of buckets) {
    const price = parsePrice(bucket.price, instrument);
    if (typeof price === "string") return null;
    if (found === null || better(price, found)) found = price;
  }
  return found;
}

/** `undefined` for what is not JSON. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
