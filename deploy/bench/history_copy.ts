/**
 * The peer of durable writing: binary COPY of ticks as rows, encoded here. The rows are typed as those
 * of the table `bars`: whose, when, and prices of 64 bits; without an index, which would cost it more.
 */

import postgres from "postgres";
import type { TickColumns } from "../../shared/timeseries/columns.ts";

const rowBytes = 2 + 4 * 4 + 4 + 8 + 8 + 8;
/** Postgres counts microseconds from 2000. */
const postgresEpochMs = Date.UTC(2000, 0);
const signature = Uint8Array.from([
  ...new TextEncoder().encode("PGCOPY\n"),
  0xff,
  0x0d,
  0x0a,
  0,
  ...new Uint8Array(8),
]);

/** Copies the ticks into a table of their own, committed, and returns the milliseconds it took. */
export async function copyRows(url: string, days: readonly TickColumns[]): Promise<number> {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  await client.unsafe("drop table if exists tick_rows");
  await client.unsafe(
    "create table tick_rows (series_id int4, time timestamptz, bid int8, ask int8)",
  );
  await client.unsafe("checkpoint");
  const startedAt = performance.now();
  const into = await client.unsafe("copy tick_rows from stdin (format binary)").writable();
  const write = (bytes: Uint8Array) =>
    new Promise<void>((resolve) => into.write(bytes, () => resolve()));
  await write(signature);
  for (const day of days) await write(encodeRows(day));
  await new Promise<void>((resolve, reject) => {
    into.on("finish", resolve).on("error", reject);
    into.end(Uint8Array.from([0xff, 0xff]));
  });
  const ms = performance.now() - startedAt;
  await client.end();
  return ms;
}

function encodeRows({ time, bid, ask, length }: TickColumns): Uint8Array {
  const bytes = new Uint8Array(length * rowBytes);
  const view = new DataView(bytes.buffer);
  for (let i = 0, at = 0; i < length; i++, at += rowBytes) {
    view.setInt16(at, 4);
    view.setInt32(at + 2, 4);
    view.setInt32(at + 6, 1);
    put64(view, at + 10, (time[i]! - postgresEpochMs) * 1_000);
    put64(view, at + 22, bid[i]!);
    put64(view, at + 34, ask[i]!);
  }
  return bytes;
}

/** A field of eight bytes, of a number that is not negative. */
function put64(view: DataView, at: number, value: number): void {
  view.setInt32(at, 8);
  view.setUint32(at + 4, value / 4_294_967_296);
  view.setUint32(at + 8, value >>> 0);
}
