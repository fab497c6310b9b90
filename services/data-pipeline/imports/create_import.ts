/** Makes an import, once everything it names can be used. */

import type { z } from "@hono/zod-openapi";
import type { createImportBody } from "../../../shared/contracts/http/data_pipeline.ts";
import { hourMs } from "../../../shared/domain/bars/granularity.ts";
import { findInstrument } from "../../../shared/domain/instruments.ts";
import type { IdSource } from "../../../shared/domain/ids.ts";
import type { Clock } from "../../../shared/domain/time.ts";
import { nearest } from "../../../shared/runtime/nearest.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { downloadFilesMax } from "../../../shared/venues/files/dukascopy_download.ts";
import { faultsOfNames } from "../../../shared/venues/files/symbol_names.ts";
import { faultsOf, type GateOverrides } from "../checks/gates.ts";
import { type ImportFolder, PathMissing, PathOutside } from "../load/import_folder.ts";
import { columnRoles, formats, isClock, timeFormats } from "../load/open_source.ts";
import { rulesOf } from "../source_rules/source_rules_store.ts";
import type { DownloadRequest, ImportRow, ImportStore } from "./import_store.ts";

export interface CreateImportParts {
  readonly imports: ImportStore;
  readonly folder: ImportFolder;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** @throws Problem with a code that begins with `import_`, or `gate_invalid` */
export async function createImport(
  { imports, folder, clock, ids }: CreateImportParts,
  body: z.output<typeof createImportBody>,
): Promise<ImportRow> {
  const download = body.download === undefined
    ? null
    : await downloadOf(folder, body.path, body.download);
  const path = download === null
    ? await pathOf(folder, body.path)
    : `${download.folder}/${download.symbol}`;
  checkReading(body);
  checkGates(body.gates ?? {});
  const rules = await rulesOf(imports.db, body.source);
  const { priceDecimals } = rules;
  return await imports.insert(ids.next(), {
    path,
    format: body.format ?? null,
    clock: body.clock ?? rules.clock ?? null,
    source: body.source ?? null,
    symbol: body.symbol ?? null,
    symbols: body.symbols ?? rules.symbols ?? null,
    columns: body.columns ?? null,
    csv: priceDecimals === undefined ? body.csv ?? null : { priceDecimals, ...body.csv },
    gates: (body.gates ?? rules.gates ?? {}) as never,
    unreadable: body.unreadable,
    download,
  }, clock.now());
}

async function downloadOf(
  folder: ImportFolder,
  path: string,
  { symbol, from, to, kinds }: NonNullable<z.output<typeof createImportBody>["download"]>,
): Promise<DownloadRequest> {
  if (findInstrument(symbol) === undefined) {
    throw new Problem("import_symbol_unknown", `${symbol} is not listed`);
  }
  const hours = (Date.parse(to) - Date.parse(from)) / hourMs;
  if (!(hours > 0 && hours <= downloadFilesMax)) {
    const message = `Expected a time after \`from\`, at most ${downloadFilesMax} hours`;
    throw new Problem("invalid_request", "The period is not one to be fetched", {
      errors: [{ path: "/download/to", message }],
    });
  }
  const made = await refusingOutside(path, () => folder.make(`${path}/${symbol}`));
  return {
    folder: made.slice(0, -symbol.length - 1),
    symbol,
    from,
    to,
    kinds: [...new Set(kinds)],
  };
}

const pathOf = (folder: ImportFolder, path: string): Promise<string> =>
  refusingOutside(path, async () => folder.nameOf(await folder.resolve(path)));

async function refusingOutside(path: string, look: () => Promise<string>): Promise<string> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof PathOutside) {
      throw new Problem("import_path_outside", `${path} is not below the import folder`);
    }
    if (error instanceof PathMissing) {
      throw new Problem("import_path_missing", `The import folder holds no ${path}`);
    }
    throw error;
  }
}

/** @throws Problem `gate_invalid` */
export function checkGates(gates: GateOverrides): void {
  const faults = faultsOf(gates, (text) => findInstrument(text) !== undefined);
  if (faults.length === 0) return;
  throw new Problem("gate_invalid", "The gates are not set right", {
    errors: faults.map((fault) => ({
      path: `/gates/${fault.path.join("/")}`,
      message: fault.message,
    })),
  });
}

type Reading = Pick<
  z.output<typeof createImportBody>,
  "format" | "clock" | "symbol" | "symbols" | "columns" | "csv"
>;

/** @throws Problem `invalid_request`, or a code that begins with `import_` */
export function checkReading(body: Partial<Reading>): void {
  const { format, clock, symbol, symbols = {}, columns = {}, csv } = body;
  const roles: readonly string[] = columnRoles;
  const errors = Object.keys(columns).filter((role) => !roles.includes(role))
    .map((role) => ({ path: `/columns/${role}`, message: `Expected ${roles.join(", ")}` }));
  const timeFormat = csv?.timeFormat;
  if (timeFormat !== undefined && !(timeFormats as readonly string[]).includes(timeFormat)) {
    errors.push({ path: "/csv/timeFormat", message: `Expected ${timeFormats.join(", ")}` });
  }
  const names = faultsOfNames(symbols);
  if (names.length > 0) {
    throw new Problem("import_symbol_unknown", "The symbols' names are not set right", {
      errors: names.map(({ name, message }) => ({ path: `/symbols/${name}`, message })),
    });
  }
  if (errors.length > 0) {
    throw new Problem("invalid_request", "The columns are not described right", { errors });
  }
  if (format !== undefined && !formats.includes(format)) {
    const near = nearest(format, formats);
    const hint = near === null ? `there are ${formats.join(", ")}` : `did you mean ${near}?`;
    throw new Problem("import_format_unknown", `There is no format ${format}; ${hint}`);
  }
  if (clock !== undefined && !isClock(clock)) {
    throw new Problem("import_format_unknown", `There is no clock ${clock}`);
  }
  if (symbol !== undefined && findInstrument(symbol) === undefined) {
    throw new Problem("import_symbol_unknown", `${symbol} is not listed`);
  }
}
