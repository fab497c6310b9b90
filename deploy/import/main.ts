/**
 * `deno task import <path>`: through the API of a running platform, or with none in this process on
 * the same store.
 */

import {
  clocks,
  columnRoles,
  formats,
  timeFormats,
} from "../../services/data-pipeline/load/open_source.ts";
import { type GateDefinition, gates } from "../../services/data-pipeline/checks/gates.ts";
import {
  createSpotwire,
  type Import,
  type Spotwire,
  SpotwireProblem,
} from "../../shared/sdk/mod.ts";
import { openDataFolder } from "../profiles/data_folder.ts";
import { readOptions } from "../profiles/options.ts";
import { importsOf, isRunning, keyFor, urlFor } from "../profiles/running.ts";
import { importBody, importHelp, type ImportOptions, readImportOptions } from "./options.ts";
import { openLocal } from "./open_local.ts";
import { progressBar } from "./progress_bar.ts";
import { stage } from "./stage.ts";
import { summaryText } from "./summary.ts";

const lookEveryMs = 250;
/** Links passed over that are named. */
const linksNamedMax = 5;
/** A report of years is drawn in seconds. */
const pageMsMax = 120_000;

/** Follows an import to its end. */
async function watch(spotwire: Spotwire, importId: string): Promise<Import> {
  const terminal = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : null;
  const write = (text: string) => void Deno.stdout.writeSync(new TextEncoder().encode(text));
  const bar = progressBar(write, terminal, () => performance.now());
  while (true) {
    const view = await spotwire.getImport(importId);
    if (view.state !== "queued" && view.state !== "running") {
      bar.end();
      return view;
    }
    bar.show(view);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

interface Place {
  readonly spotwire: Spotwire;
  /** The path as the pipeline names it. */
  readonly path: string;
  readonly url: string | null;
  /** Resolves when the place is closed under the import: by Ctrl-C. */
  readonly stopped: Promise<unknown>;
  close(): Promise<void>;
}

async function stageHere(path: string, folder: string): Promise<string> {
  const staged = await stage(path, await importsOf(folder));
  const { length } = staged.links;
  if (length > 0) {
    const named = staged.links.slice(0, linksNamedMax).join(", ");
    const more = length > linksNamedMax ? `, and ${length - linksNamedMax} more` : "";
    console.log(`Links are passed over, as they may lead anywhere: ${named}${more}`);
  }
  return staged.path;
}

const dataFolder = (options: ImportOptions): string => options.data ?? "./data";

async function openPlace(options: ImportOptions): Promise<Place> {
  const folder = dataFolder(options);
  const url = await urlFor({ url: options.url, folder });
  if (!options.alone && await isRunning(url)) {
    const key = await keyFor({ key: options.key, folder });
    // A platform on another machine has files of its own.
    const here = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(url);
    const path = here ? await stageHere(options.path, folder) : options.path;
    const stopped = new Promise<never>(() => {});
    const close = () => Promise.resolve();
    return { spotwire: createSpotwire({ url, key }), path, url, stopped, close };
  }
  if (options.url !== undefined) throw new Error(`Nothing answers at ${url}`);
  await openDataFolder(folder);
  // As the platform on this folder has them: its store, and the depot beside it.
  const settings = (await readOptions(["--data", folder], Deno.env.toObject()))!;
  const local = await openLocal({
    folder,
    database: options.database ?? settings.database.url,
    history: settings.history,
    path: options.path,
  });
  return { ...local, url: null };
}

/** The file of an import's report; why there is none, where it cannot be written. */
async function writeReport(spotwire: Spotwire, view: Import, folder: string): Promise<string> {
  const page = await spotwire.getImportReportPage(view.importId, { timeoutMs: pageMsMax });
  const path = `${folder}/reports/import-${view.importId}.html`;
  try {
    await Deno.mkdir(`${folder}/reports`, { recursive: true });
    await Deno.writeTextFile(path, page);
    return path;
  } catch (error) {
    return `cannot be written: ${(error as Error).message}`;
  }
}

/** The exit code. */
async function run(options: ImportOptions): Promise<number> {
  const folder = dataFolder(options);
  const place = await openPlace(options);
  try {
    const { spotwire } = place;
    const made = await spotwire.createImport(importBody(options, place.path));
    const view = await Promise.race([
      watch(spotwire, made.importId),
      place.stopped.then(() => null),
    ]);
    if (view === null) {
      console.error("\nStopped. The platform, or the next import, goes on where this one stood.");
      return 130;
    }
    const reportFile = await writeReport(spotwire, view, folder);
    const { series } = await spotwire.getImportReport(view.importId, { timeoutMs: pageMsMax });
    const keyFile = `${folder}/demo.key`;
    console.log(summaryText({ view, series, reportFile, url: place.url, keyFile }));
    return view.state === "done" ? 0 : 1;
  } finally {
    await place.close();
  }
}

function namesText(): string {
  return [
    `formats: ${formats.join(", ")}`,
    `clocks:  ${clocks.join(", ")}`,
    `times:   ${timeFormats.join(", ")}`,
    `columns: ${columnRoles.join(", ")}`,
    "",
    "gates:",
    ...Object.entries(gates).map(([name, gate]: [string, GateDefinition]) => {
      const set = Object.entries(gate.thresholds)
        .map(([key, { standard, unit }]) => `${key} ${standard} ${unit}`);
      return `  ${name.padEnd(13)} ${gate.action.padEnd(11)} ${gate.meaning}` +
        (set.length === 0 ? "" : ` (${set.join(", ")})`);
    }),
  ].join("\n");
}

/** The options, or the exit code after help or what is wrong with them was printed. */
function readCommandLine(): ImportOptions | number {
  try {
    const options = readImportOptions(Deno.args);
    if (typeof options !== "string") {
      importBody(options, options.path);
      return options;
    }
    console.log(options === "help" ? importHelp : namesText());
    return 0;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`${error.message}\n\n${importHelp}`);
    return 2;
  }
}

function whyText(error: unknown, { path }: ImportOptions): string {
  if (error instanceof SpotwireProblem) {
    const faults = error.errors.map(({ path, message }) => `\n  ${path}: ${message}`);
    return `Refused (${error.code}): ${error.detail}${faults.join("")}`;
  }
  if (error instanceof Deno.errors.NotFound) return `There is no ${path}`;
  return error instanceof Error ? error.message : String(error);
}

async function main(): Promise<number> {
  const options = readCommandLine();
  if (typeof options === "number") return options;
  try {
    return await run(options);
  } catch (error) {
    console.error(whyText(error, options));
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main());
