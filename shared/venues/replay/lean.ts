/**
 * QuantConnect Lean's tick zips: `tick/<symbol>/<yyyymmdd>_quote.zip` with one CSV of
 * `ms since midnight UTC,bid,ask[,…]`.
 */

import { unzipSync } from "fflate";
import type { Instrument } from "../../domain/instrument.ts";
import { findInstrument } from "../../domain/instruments.ts";
import { type EpochMs, epochMs } from "../../domain/time.ts";
import type { Tick } from "../venue.ts";
import { readRows } from "./rows.ts";
import { readPrice, type TickFile, TickFileError } from "./tick_file.ts";
import { utcDate } from "./tick_time.ts";

const pathPattern = /\/(?:([a-z]+)\/)?([a-z]{6})\/(\d{4})(\d\d)(\d\d)_quote\.zip$/i;
const barFolders = new Set(["second", "minute", "hour", "daily"]);
const dayMs = 86_400_000;

/** The tick file at a path, or `null` where the path is none or its symbol is not listed. */
export function leanFile(path: string): TickFile | null {
  const match = pathPattern.exec(path);
  if (match === null || barFolders.has(match[1]?.toLowerCase() ?? "")) return null;
  const instrument = findInstrument(match[2]!.toUpperCase());
  if (instrument === undefined) return null;
  const from = utcDate(Number(match[3]), Number(match[4]), Number(match[5]));
  if (from === null) throw new TickFileError(path, "its name is no date");
  return {
    path,
    from,
    async *read() {
      const parse = (line: string) => parseRow(line, instrument, from);
      yield* readRows(path, [await unzip(path)], { headerLines: 0, parse });
    },
  };
}

async function unzip(path: string): Promise<string> {
  const file = await Deno.readFile(path);
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(file);
  } catch (cause) {
    throw new TickFileError(path, "it is not a zip, or is cut off", { cause });
  }
  const [name, ...others] = Object.keys(entries);
  if (name === undefined || others.length > 0 || !/_tick_quote\.csv$/i.test(name)) {
    const held = Object.keys(entries).join(", ") || "nothing";
    throw new TickFileError(path, `it holds ${held}, not one CSV of tick quotes`);
  }
  return new TextDecoder().decode(entries[name]);
}

function parseRow(line: string, instrument: Instrument, midnight: EpochMs): Tick | string {
  const [time = "", bidText = "", askText = ""] = line.split(",");
  const ms = /^\d{1,8}(\.\d+)?$/.test(time) ? Math.floor(Number(time)) : Number.NaN;
  if (!(ms < dayMs)) return `"${time}" is not a number of milliseconds in a day`;
  const bid = readPrice(bidText, instrument, "bid");
  if (typeof bid === "string") return bid;
  const ask = readPrice(askText, instrument, "ask");
  if (typeof ask === "string") return ask;
  return { symbol: instrument.symbol, bid, ask, venueTime: epochMs(midnight + ms) };
}
