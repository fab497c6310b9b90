/** Where history comes from: the readers of files, as the pipeline asks for them. */

import type { PositioningFile, RateFile } from "../../../shared/venues/files/other_files.ts";
import type { SourceFile } from "../../../shared/venues/files/source_file.ts";
import type { CsvReading } from "../imports/import_store.ts";

export interface SourceRequest {
  /** Absolute, without links. */
  readonly path: string;
  readonly format: string | null;
  readonly clock: string | null;
  readonly symbol: string | null;
  readonly symbols?: Readonly<Record<string, string>> | null;
  readonly columns: Readonly<Record<string, string | number>> | null;
  readonly csv: CsvReading | null;
  /** Tell of files that cannot be read instead of refusing them all. */
  readonly skipsUnreadable?: boolean;
}

export interface Source {
  /** Of ticks and bars, by the time they begin. */
  readonly files: readonly SourceFile[];
  /** Of reference series, by path. */
  readonly references: readonly (RateFile | PositioningFile)[];
  /** Files that may be history and cannot be read, where they are told of. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** What was assumed of the files, and why; what was passed over. */
  readonly notes: readonly string[];
}
