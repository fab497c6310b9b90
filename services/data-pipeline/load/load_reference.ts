/**
 * The files of a load that are neither ticks nor bars: read after the others, stored chunk by chunk.
 * They are small, so a load that goes on reads them from the first one again; what is stored already
 * changes nothing, and the counts are set, not added to.
 */

import type { Kysely } from "kysely";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { PositioningFile, RateFile } from "../../../shared/venues/files/other_files.ts";
import { type RowFault, SourceFileError } from "../../../shared/venues/files/source_file.ts";
import { countRows } from "../imports/count_rows.ts";
import type { Lease } from "../imports/import_store.ts";
import type { PipelineDatabase } from "../imports/tables.ts";
import { type HeldRow, keepRows } from "../quarantine/quarantine_store.ts";
import { numbersOf } from "../reference/reference_number.ts";
import { keepNumbers } from "../reference/reference_store.ts";
import type { LoadProgress } from "./progress.ts";
import type { Loaded } from "./loaded.ts";

/** A file of reference series, and its name below the import folder. */
export interface ReferenceFile {
  readonly name: string;
  readonly file: RateFile | PositioningFile;
}

export interface ReferenceLoad {
  readonly db: Kysely<PipelineDatabase>;
  readonly lease: Lease;
  readonly progress: LoadProgress;
  readonly signal: AbortSignal;
  readonly unreadable: "stop" | "quarantine";
  now(): EpochMs;
}

/** Rows of one load's reference files that may be kept apart. */
const faultsMax = 100_000;

/** Loads them all; a note about each, and how far it was read. @throws SourceFileError, LeaseLost, or the signal's reason */
export async function loadReference(
  load: ReferenceLoad,
  files: readonly ReferenceFile[],
): Promise<Loaded> {
  const { progress } = load;
  const bytesBefore = progress.bytesDone;
  const counts = { read: 0, faults: 0 };
  const notes: string[] = [];
  const readTo = new Map<string, number>();
  let bytes = bytesBefore;
  for (const of of files) {
    progress.currentFile = of.name;
    const { read, added, lastRow } = await loadFile(load, of, counts);
    readTo.set(of.name, lastRow);
    notes.push(`${of.name}: ${read} numbers of ${of.file.format}, ${added} of them new`);
    bytes += of.file.bytes;
    progress.bytesDone = bytes;
  }
  return { notes, readTo };
}

async function loadFile(
  load: ReferenceLoad,
  of: ReferenceFile,
  counts: { read: number; faults: number },
) {
  const before = counts.read;
  const bytesBefore = load.progress.bytesDone;
  let added = 0;
  let lastRow = Infinity;
  try {
    for await (const chunk of of.file.read(load.signal)) {
      load.signal.throwIfAborted();
      counts.faults += chunk.faults.length;
      if (counts.faults > faultsMax) {
        throw new SourceFileError(of.file.path, `more than ${faultsMax} rows cannot be read`);
      }
      const numbers = numbersOf(chunk);
      counts.read += numbers.length;
      added += await storeChunk(load, { of, numbers, faults: chunk.faults, read: counts.read });
      load.progress.rowsRead += numbers.length + chunk.faults.length;
      load.progress.bytesDone = bytesBefore + chunk.bytesRead;
    }
  } catch (error) {
    if (!(error instanceof SourceFileError) || load.unreadable === "stop") throw error;
    const faults = [{ row: error.row ?? 0, original: "", reason: error.message }];
    lastRow = (error.row ?? 1) - 1;
    await storeChunk(load, { of, numbers: [], faults, read: counts.read }, "unreadable_file");
  }
  return { read: counts.read - before, added, lastRow };
}

interface StoredChunk {
  readonly of: ReferenceFile;
  readonly numbers: ReturnType<typeof numbersOf>;
  readonly faults: readonly RowFault[];
  /** Numbers of the load up to here. */
  readonly read: number;
}

/** How many numbers are new. @throws LeaseLost */
async function storeChunk(
  { db, lease, now }: ReferenceLoad,
  { of, numbers, faults, read }: StoredChunk,
  reason = "unreadable",
): Promise<number> {
  return await db.transaction().execute(async (trx) => {
    const added = await keepNumbers(trx, numbers, now());
    const rows = faults.map((fault): HeldRow => ({
      symbol: null,
      kind: "reference",
      side: "",
      intervalMs: 0,
      file: of.name,
      row: fault.row,
      original: fault.original,
      reasons: [reason],
      detail: fault.reason,
      time: null,
      columns: null,
    }));
    await keepRows(trx, { importId: lease.importId, source: of.file.format, rows });
    await countRows(trx, lease, read);
    return added;
  });
}
