/** Times as recordings write them. */

import { type EpochMs, epochMs } from "../../domain/time.ts";

const pattern =
  /^(\d{4})-?(\d\d)-?(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/;
const epochPattern = /^\d{12,14}$/;

/**
 * Epoch milliseconds, or a date and time with a zone (RFC 3339, a blank for the `T` allowed).
 * `zone: "utc"` takes a time without zone as UTC. Digits beyond milliseconds are cut off.
 */
export function readTime(text: string, zone: "written" | "utc"): EpochMs | null {
  if (epochPattern.test(text)) return epochMs(Number(text));
  const match = pattern.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction = "", offset] = match;
  if (offset === undefined && zone === "written") return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const date = utcDate(Number(year), Number(month), Number(day));
  if (date === null) return null;
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  const ms = Number(fraction.slice(0, 3).padEnd(3, "0"));
  return epochMs(date + seconds * 1_000 + ms - offsetMs(offset));
}

/** Midnight UTC of a date, months from 1; `null` where the calendar has no such day. */
export function utcDate(year: number, month: number, day: number): EpochMs | null {
  const ms = Date.UTC(year, month - 1, day);
  const date = new Date(ms);
  const same = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return same ? epochMs(ms) : null;
}

function offsetMs(offset: string | undefined): number {
  if (offset === undefined || offset === "Z") return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return (offset[0] === "-" ? -1 : 1) * minutes * 60_000;
}
