/** Files of history that are neither ticks nor bars: reference rates, and who holds what. */

import type { RowFault } from "./source_file.ts";

interface OtherChunk {
  readonly faults: readonly RowFault[];
  /** Of the file, at the chunk's end. */
  readonly bytesRead: number;
}

/** What one unit of the base was worth on a day; nothing that can be traded. */
export interface ReferenceRate {
  /** `2023-12-29` */
  readonly date: string;
  readonly base: "EUR";
  readonly currency: string;
  /** Units of the currency for one of the base, digit by digit as published. */
  readonly rate: string;
}

export interface RateChunk extends OtherChunk {
  readonly rates: readonly ReferenceRate[];
}

export interface RateFile {
  readonly kind: "rates";
  readonly format: "ecb-rates";
  readonly path: string;
  readonly bytes: number;
  /** In the file's order, which is newest first. @throws SourceFileError */
  read(signal?: AbortSignal): AsyncIterable<RateChunk>;
}

/** Open positions in a futures contract on a day, by who holds them: counts of contracts. */
export interface Positioning {
  readonly market: string;
  readonly contractCode: string;
  /** The day it describes, a Tuesday as a rule. */
  readonly asOf: string;
  /** The day it became known: nothing before this day may use it. */
  readonly knownOn: string;
  /** `schedule` is the CFTC's timetable, holidays and known delays included. */
  readonly knownBy: "name" | "schedule";
  readonly openInterest: number;
  readonly nonCommercialLong: number;
  readonly nonCommercialShort: number;
  readonly nonCommercialSpreading: number;
  readonly commercialLong: number;
  readonly commercialShort: number;
  readonly nonReportableLong: number;
  readonly nonReportableShort: number;
}

export interface PositioningChunk extends OtherChunk {
  readonly positions: readonly Positioning[];
}

export interface PositioningFile {
  readonly kind: "positioning";
  readonly format: "cftc-cot";
  readonly path: string;
  readonly bytes: number;
  /** @throws SourceFileError */
  read(signal?: AbortSignal): AsyncIterable<PositioningChunk>;
}
