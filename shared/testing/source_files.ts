/** Files of history that tests make: in memory, and on disk in a folder that goes with the test. */

import { type EpochMs, epochMs } from "../domain/time.ts";
import type { TickColumns } from "../timeseries/columns.ts";
import type { TickSourceFile } from "../venues/files/source_file.ts";
import type { Tick } from "../venues/venue.ts";

/** Ticks of one symbol as the columns a reader gives. */
export const columnsOf = (ticks: readonly Tick[]): TickColumns => ({
  length: ticks.length,
  time: Float64Array.from(ticks, (tick) => tick.venueTime),
  bid: Int32Array.from(ticks, (tick) => tick.bid),
  ask: Int32Array.from(ticks, (tick) => tick.ask),
  bidVolume: null,
  askVolume: null,
});

/** A file that holds ticks of one symbol, in chunks of so many rows. */
export function memoryFile(ticks: readonly Tick[], chunkRows = 1_024): TickSourceFile {
  const from: EpochMs = ticks[0]?.venueTime ?? epochMs(0);
  return {
    kind: "ticks",
    format: "csv-ticks",
    path: "memory",
    bytes: ticks.length,
    from,
    async *read() {
      for (let first = 0; first < ticks.length; first += chunkRows) {
        const rows = ticks.slice(first, first + chunkRows);
        yield {
          symbol: rows[0]!.symbol,
          ticks: columnsOf(rows),
          firstRow: first + 1,
          rows: null,
          original: (index) => JSON.stringify(rows[index]),
          faults: [],
          bytesRead: first + rows.length,
        };
      }
    },
  };
}

/** Writes files into a fresh folder, gives it to `use`, and removes it. */
export async function withFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(path, bytes);
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
