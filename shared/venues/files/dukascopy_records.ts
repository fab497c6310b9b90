/** What Dukascopy's files of records have in common. */

import type { Instrument } from "../../domain/instrument.ts";
import type { EpochMs } from "../../domain/time.ts";

/** What records do not tell of themselves. */
export interface RecordsOf {
  readonly path: string;
  readonly instrument: Instrument;
  /** Records count from here. */
  readonly from: EpochMs;
  /** Bytes of the file. */
  readonly bytes: number;
}
