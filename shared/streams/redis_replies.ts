/** Reading the replies of Redis's stream commands. */

import type { StreamEntry } from "./event_streams.ts";

/** `[[id, [field, value, …]], …]`; deleted entries, which older servers send as null, are left out. */
export function readEntries(reply: unknown): StreamEntry[] {
  const entries = (reply ?? []) as ([string, string[]] | null)[];
  return entries.filter((entry) => entry !== null && entry[1] !== null).map((entry) => {
    const [id, fields] = entry!;
    return { id, body: readPairs(fields).get("body") ?? "" };
  });
}

/** Entries of the one stream that was read. */
export function readOneStream(reply: unknown): StreamEntry[] {
  const streams = (reply ?? []) as [string, unknown][];
  return readEntries(streams[0]?.[1]);
}

/** `[name, value, name, value, …]`. */
export function readPairs<T = string>(flat: readonly unknown[]): Map<string, T> {
  const pairs = new Map<string, T>();
  for (let at = 0; at + 1 < flat.length; at += 2) pairs.set(String(flat[at]), flat[at + 1] as T);
  return pairs;
}

/** Id and earlier deliveries of each row of `XPENDING`. */
export function readPending(reply: unknown): Map<string, number> {
  const rows = (reply ?? []) as [string, string, number, number][];
  return new Map(rows.map(([id, , , deliveries]) => [id, deliveries]));
}
