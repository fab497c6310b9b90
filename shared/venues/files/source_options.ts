/** What a person may say of files that do not say it themselves. */

import type { BarSide } from "../../domain/bar.ts";
import type { SourceClock } from "./clock.ts";
import type { SymbolNames } from "./symbol_names.ts";
import type { SourceFormat } from "./source_file.ts";

export const timeFormats = [
  /** Year first, with or without separators, a zone and fractions; or epoch milliseconds. */
  "iso",
  /** Day first: `31.12.2018 17:00`. */
  "dmy",
  /** Month first: `12/31/2018 17:00`. */
  "mdy",
  "epoch-s",
  "epoch-ms",
  "epoch-us",
  "epoch-ns",
] as const;
export type TimeFormat = (typeof timeFormats)[number];

/** A column by the name in the header, or by its position from 0. */
export type ColumnKey = string | number;

/** Columns of a row; a file of ticks has bid and ask, one of bars open, high, low and close. */
export const columnRoles = [
  "time",
  /** The time of day, where `time` holds only the date. */
  "timeOfDay",
  "symbol",
  "bid",
  "ask",
  "bidVolume",
  "askVolume",
  "open",
  "high",
  "low",
  "close",
  "volume",
  "ticks",
] as const;
export type ColumnRole = (typeof columnRoles)[number];

export interface SourceOptions {
  /** Nothing outside this folder is read, by whatever path or link. */
  readonly within?: string | undefined;
  /** List a file that cannot be read among the ignored, instead of refusing the folder. */
  readonly skipsUnreadable?: boolean | undefined;
  /** Read every file as this, whatever its name and first bytes say. */
  readonly format?: SourceFormat | undefined;
  /** The pair, where no name or column tells it; where one does, it must agree. */
  readonly symbol?: string | undefined;
  /** What the source calls instruments, in its names and columns. */
  readonly symbols?: SymbolNames | undefined;
  /** The clock of times without zone; `detect` asks the weekend opens. */
  readonly clock?: SourceClock | "detect" | undefined;
  readonly columns?: Partial<Record<ColumnRole, ColumnKey>> | undefined;
  /** One character. */
  readonly delimiter?: string | undefined;
  /** Lines before the first row; 1 where columns are named. */
  readonly headerLines?: number | undefined;
  readonly timeFormat?: TimeFormat | undefined;
  /** Prices are whole numbers with so many decimals left out: `110001` at 5 is 1.10001. */
  readonly priceDecimals?: number | undefined;
  /** Of bars. */
  readonly side?: BarSide | undefined;
  readonly intervalMs?: number | undefined;
}
