/** Times in the zone the person chose. */

import type { Zone } from "../core/kept.ts";

const writers = new Map<string, Intl.DateTimeFormat>();

function writer(zone: Zone, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let found = writers.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat("en-GB", {
      ...options,
      hourCycle: "h23",
      ...(zone === "local" ? {} : { timeZone: zone }),
    });
    writers.set(key, found);
  }
  return found;
}

/** `24 Nov 16:42:05`. */
export const timeText = (at: number | string, zone: Zone): string =>
  writer(zone, {
    day: "2-digit",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).format(new Date(at)).replace(",", "");

/** `16:42`. */
export const clockText = (at: number, zone: Zone): string =>
  writer(zone, { hour: "2-digit", minute: "2-digit" }).format(at);

/** `24 Nov`. */
export const dayText = (at: number, zone: Zone): string =>
  writer(zone, { day: "2-digit", month: "short" }).format(at);

/** `24 Nov 2026, 16:42`. */
export const momentText = (at: number, zone: Zone): string =>
  writer(zone, {
    day: "2-digit",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  }).format(at);

export const monthText = (at: number, zone: Zone): string =>
  writer(zone, { month: "short", year: "numeric" }).format(at);
