/**
 * The CFTC's Commitments of Traders, legacy form, futures only: a row a contract and week. A number
 * describes a Tuesday and becomes known on a later day; a file's name may say on which
 * (`…_committed_2025-01-13_….csv`), and a later vintage may say another number for the same Tuesday.
 */

import type { Cells } from "./cells.ts";
import { cotReleaseDay } from "./cot_release.ts";
import { isDate } from "./ecb_rates.ts";
import type { SourceText } from "./open_text.ts";
import type { Positioning, PositioningChunk, PositioningFile } from "./other_files.ts";
import { SourceFileError } from "./source_file.ts";
import { headerNames } from "./text_formats.ts";
import { readTextRows, type RowReader, type RowsTaken } from "./text_rows.ts";

const textColumns = {
  market: "marketandexchangenames",
  contractCode: "cftccontractmarketcode",
  asOf: "asofdateinformyyyymmdd",
} as const;
const countColumns = {
  openInterest: "openinterestall",
  nonCommercialLong: "noncommercialpositionslongall",
  nonCommercialShort: "noncommercialpositionsshortall",
  nonCommercialSpreading: "noncommercialpositionsspreadingall",
  commercialLong: "commercialpositionslongall",
  commercialShort: "commercialpositionsshortall",
  nonReportableLong: "nonreportablepositionslongall",
  nonReportableShort: "nonreportablepositionsshortall",
} as const;
type CountName = keyof typeof countColumns;

/**
 * The positions in a text, or `null` where its first line is not theirs.
 * @throws SourceFileError where columns are missing, or its name's date is none
 */
export function cotFile(path: string, bytes: number, text: SourceText): PositioningFile | null {
  const header = headerNames(text.head[0] ?? "", ",");
  if (header[0] !== textColumns.market) return null;
  const cellOf = (name: string): number => {
    const at = header.indexOf(name);
    if (at < 0) throw new SourceFileError(path, `it has no column ${name}`, { row: 1 });
    return at;
  };
  const places = Object.values(textColumns).map(cellOf);
  const counts = Object.entries(countColumns).map(([name, column]) =>
    [name as CountName, cellOf(column)] as const
  );
  const knownOn = knownInName(path);
  const { bytesOf } = text;
  return {
    kind: "positioning",
    format: "cftc-cot",
    path,
    bytes,
    read: (signal) => {
      const reader = new PositionRows(places as [number, number, number], counts, knownOn);
      const rows = { path, delimiter: ",", headerLines: 1, reader, bytesOf };
      return readTextRows(text.read(signal), rows);
    },
  };
}

function knownInName(path: string): string | null {
  const [, date] = /committed[_-](\d{4}-\d\d-\d\d)(?!\d)/.exec(path.slice(path.lastIndexOf("/"))) ??
    [];
  if (date !== undefined && !isDate(date)) {
    throw new SourceFileError(path, `${date} in its name is no date`);
  }
  return date ?? null;
}

class PositionRows implements RowReader<PositioningChunk> {
  readonly #places: readonly [number, number, number];
  readonly #counts: readonly (readonly [CountName, number])[];
  readonly #knownOn: string | null;
  #positions: Positioning[] = [];

  constructor(
    places: readonly [number, number, number],
    counts: readonly (readonly [CountName, number])[],
    knownOn: string | null,
  ) {
    this.#places = places;
    this.#counts = counts;
    this.#knownOn = knownOn;
  }

  read(cells: Cells): string | null {
    const [market, contractCode, asOf] = this.#places.map((at) => cells.text(at).trim()) as [
      string,
      string,
      string,
    ];
    if (!/^[A-Za-z0-9+]{1,20}$/.test(contractCode)) {
      return `"${contractCode}" is not a contract's code`;
    }
    if (!isDate(asOf)) return `"${asOf}" is not a date`;
    const knownOn = this.#knownOn ?? cotReleaseDay(asOf);
    if (knownOn < asOf) return `it describes ${asOf}, after ${knownOn} when it became known`;
    const counts = {} as Record<CountName, number>;
    for (const [name, at] of this.#counts) {
      const text = cells.text(at);
      if (!/^\d{1,12}$/.test(text)) return `${name} "${text}" is not a count of contracts`;
      counts[name] = Number(text);
    }
    const knownBy = this.#knownOn === null ? "schedule" : "name";
    this.#positions.push({ market, contractCode, asOf, knownOn, knownBy, ...counts });
    return null;
  }

  take({ bytesRead, faults }: RowsTaken): PositioningChunk[] {
    const positions = this.#positions;
    this.#positions = [];
    return [{ positions, faults, bytesRead }];
  }
}
