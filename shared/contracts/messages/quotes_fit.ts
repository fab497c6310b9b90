/**
 * Whether a value is an event of the `quotes` topic, told in a fraction of the schema's time: this is
 * the busiest topic, and every part reads all of it. A value that fits is one the schema takes as it
 * is; of any other the schema has the word, and the reason.
 */

import { findInstrument } from "../../domain/instruments.ts";
import { quotesPerEventMax } from "./quotes.ts";

const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const keys = new Set(["specversion", "id", "source", "type", "time", "data"]);
const zero = 48;
const nine = 57;

export function fitsQuotes(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const event = value as Record<string, unknown>;
  for (const key in event) if (!keys.has(key)) return false;
  const { specversion, id, source, type, time, data } = event;
  return specversion === "1.0" && typeof id === "string" && id.length > 0 && id.length <= 200 &&
    typeof source === "string" && source.startsWith("/") &&
    type === "quotes.received" &&
    typeof time === "string" && timePattern.test(time) && fitsData(data);
}

function fitsData(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const data = value as Record<string, unknown>;
  for (const key in data) if (key !== "venue" && key !== "quotes") return false;
  const { venue, quotes } = data;
  if (typeof venue !== "string" || !Array.isArray(quotes)) return false;
  if (quotes.length === 0 || quotes.length > quotesPerEventMax) return false;
  return quotes.every(fitsRow);
}

function fitsRow(row: unknown): boolean {
  return Array.isArray(row) && row.length === 6 && findInstrument(row[0]) !== undefined &&
    fitsPrice(row[1]) &&
    fitsPrice(row[2]) && fitsCount(row[3]) && fitsCount(row[4]) && fitsCount(row[5]);
}

const fitsCount = (value: unknown): boolean =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

/** Digits, a point and digits, few enough of each. */
function fitsPrice(value: unknown): boolean {
  if (typeof value !== "string" || value.length > 13) return false;
  let points = 0;
  for (let at = 0; at < value.length; at++) {
    const digit = value.charCodeAt(at);
    if (digit === 46 && at > 0 && at < value.length - 1) points++;
    else if (digit < zero || digit > nine) return false;
  }
  return points === 1;
}
