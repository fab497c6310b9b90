/**
 * The European Central Bank's reference rates (`eurofxref-hist.zip` or its CSV): a row a day, newest
 * first, a column a currency, `N/A` where there is none, a comma at every line's end.
 */

import type { Cells } from "./cells.ts";
import type { SourceText } from "./open_text.ts";
import type { RateChunk, RateFile, ReferenceRate } from "./other_files.ts";
import { readTextRows, type RowReader, type RowsTaken } from "./text_rows.ts";

const headPattern = /^Date,([A-Z]{3},)+\s*$/;

/** The rates in a text, or `null` where its first line is not theirs. */
export function ecbFile(path: string, bytes: number, text: SourceText): RateFile | null {
  const head = text.head[0] ?? "";
  if (!headPattern.test(head)) return null;
  const currencies = head.trim().split(",").slice(1, -1);
  const { bytesOf } = text;
  return {
    kind: "rates",
    format: "ecb-rates",
    path,
    bytes,
    read: (signal) => {
      const reader = new RateRows(currencies);
      const rows = { path, delimiter: ",", headerLines: 1, reader, bytesOf };
      return readTextRows(text.read(signal), rows);
    },
  };
}

class RateRows implements RowReader<RateChunk> {
  readonly #currencies: readonly string[];
  #rates: ReferenceRate[] = [];

  constructor(currencies: readonly string[]) {
    this.#currencies = currencies;
  }

  read(cells: Cells): string | null {
    const date = cells.text(0);
    if (!isDate(date)) return `"${date}" is not a date`;
    const wanted = this.#currencies.length;
    if (cells.count < wanted + 1) return `it has ${cells.count - 1} rates instead of ${wanted}`;
    const rates: ReferenceRate[] = [];
    for (const [at, currency] of this.#currencies.entries()) {
      const rate = cells.text(at + 1);
      if (rate === "N/A" || rate === "") continue;
      if (!/^\d{1,12}(\.\d{1,12})?$/.test(rate) || Number(rate) === 0) {
        return `${currency} "${rate}" is not a rate`;
      }
      rates.push({ date, base: "EUR", currency, rate });
    }
    this.#rates.push(...rates);
    return null;
  }

  take({ bytesRead, faults }: RowsTaken): RateChunk[] {
    const rates = this.#rates;
    this.#rates = [];
    return [{ rates, faults, bytesRead }];
  }
}

/** A day of the calendar, `2023-12-29`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  try {
    Temporal.PlainDate.from(text, { overflow: "reject" });
    return true;
  } catch {
    return false;
  }
}
