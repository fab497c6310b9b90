/** Finds the files of history under a path and tells their formats. */

import { agreeClocks } from "./agree_clocks.ts";
import { arrowFile } from "./arrow.ts";
import { dukascopyFile } from "./dukascopy.ts";
import type { PositioningFile, RateFile } from "./other_files.ts";
import { parquetFile } from "./parquet.ts";
import { pairFiles } from "./fxcm_pair.ts";
import { leanFile } from "./lean.ts";
import { type SourceFile, SourceFileError } from "./source_file.ts";
import type { SourceOptions } from "./source_options.ts";
import { textFile } from "./text_source.ts";

/** Files a folder may hold; more is surely the wrong folder. */
const filesMax = 1_000_000;
/** Folders within folders. */
const depthMax = 32;

export interface IgnoredFile {
  readonly path: string;
  /** For a person: `no file of history has this name`. */
  readonly reason: string;
  /** It may be history, but cannot be read. */
  readonly isUnreadable?: true;
}

export interface DetectedSource {
  /** By the time they begin; files that begin together by path. */
  readonly files: readonly SourceFile[];
  /** Reference rates and positioning, by path. */
  readonly others: readonly (RateFile | PositioningFile)[];
  readonly ignored: readonly IgnoredFile[];
}

/**
 * Looking at files takes a while where each is read to tell its clock; a signal ends it.
 * @throws SourceFileError when the path cannot be read, holds no file of history at all (telling
 * what it holds), or a file's name contradicts itself
 */
export async function detectSource(
  path: string,
  options: SourceOptions = {},
  signal?: AbortSignal,
): Promise<DetectedSource> {
  const root = await rootOf(path, options.within);
  const files: SourceFile[] = [];
  const others: (RateFile | PositioningFile)[] = [];
  const ignored: IgnoredFile[] = [];
  const listed = await listFiles(root);
  ignored.push(...listed.ignored);
  for (const found of listed.files) {
    signal?.throwIfAborted();
    const file = await detectOrSkip(found, options);
    if ("reason" in file) ignored.push(file);
    else if (file.kind === "ticks" || file.kind === "bars") files.push(file);
    else others.push(file);
  }
  if (files.length + others.length === 0) throw new SourceFileError(path, whatElse(ignored));
  const paired = pairFiles(agreeClocks(files), options.format === "fxcm-bars");
  paired.sort((a, b) => a.from - b.from || (a.path < b.path ? -1 : 1));
  return { files: paired, others, ignored };
}

/** Where the path really lies, links followed. */
async function rootOf(path: string, within: string | undefined): Promise<string> {
  const root = await realPath(path);
  if (within === undefined) return root;
  const folder = await realPath(within);
  if (root === folder || root.startsWith(`${folder}/`)) return root;
  throw new SourceFileError(path, "it lies outside the import folder");
}

async function realPath(path: string): Promise<string> {
  try {
    return (await Deno.realPath(path)).replaceAll("\\", "/");
  } catch (cause) {
    throw new SourceFileError(path, "there is no such folder or file", { cause });
  }
}

/** The file, or why it is passed over. */
async function detectOrSkip(
  { path, bytes }: FoundFile,
  options: SourceOptions,
): Promise<SourceFile | RateFile | PositioningFile | IgnoredFile> {
  try {
    const file = await detectFile(path, bytes, options) ?? whyNot(path);
    const reason = typeof file === "string" ? file : unlike(file.format, options.format);
    return typeof file === "string" || reason !== null ? { path, reason: reason! } : file;
  } catch (error) {
    if (options.skipsUnreadable !== true || !(error instanceof SourceFileError)) throw error;
    return { path, reason: error.message, isUnreadable: true };
  }
}

/** Why a file is not of the format that is asked for; the sides of a pair are told by their pair. */
function unlike(found: string, wanted: string | undefined): string | null {
  if (wanted === undefined || found === wanted) return null;
  return found === "csv-bars" && wanted === "fxcm-bars" ? null : `it is ${found}, not ${wanted}`;
}

function whyNot(path: string): string {
  if (/\.bi5$/i.test(path)) {
    return "its path is not that of a listed symbol: <SYMBOL>/<year>/<month from 00>/<day>/";
  }
  return isText(path) || /\.(parquet|pq)$/i.test(path) || arrowName.test(path)
    ? "its columns are those of no known format"
    : "no file of history has such a name";
}

const arrowName = /\.(arrow|arrows|ipc|feather)$/i;
const isText = (path: string): boolean => /\.((csv|txt|tsv|prn)(\.gz)?|zip)$/i.test(path);

/** By name first, then by the first line; a format that is asked for is the only one tried. */
async function detectFile(
  path: string,
  bytes: number,
  options: SourceOptions,
): Promise<SourceFile | RateFile | PositioningFile | string | null> {
  const { format } = options;
  if (format?.startsWith("dukascopy") ?? /\.bi5$/i.test(path)) {
    return dukascopyFile(path, bytes, options);
  }
  if (format?.startsWith("lean") ?? true) {
    const file = leanFile(path, bytes, options);
    if (file !== null) return file;
  }
  if (format?.startsWith("parquet") ?? /\.(parquet|pq)$/i.test(path)) {
    return await parquetFile(path, bytes, options);
  }
  if (format?.startsWith("arrow") ?? arrowName.test(path)) {
    return await arrowFile(path, bytes, options);
  }
  const textOptions = format === "fxcm-bars"
    ? { ...options, format: "csv-bars" as const }
    : options;
  return isText(path) ? await textFile(path, bytes, textOptions) : null;
}

interface FoundFile {
  readonly path: string;
  readonly bytes: number;
}

async function listFiles(root: string) {
  const found: FoundFile[] = [];
  const ignored: IgnoredFile[] = [];
  const stat = await Deno.stat(root);
  if (stat.isFile) return { files: [{ path: root, bytes: stat.size }], ignored };
  if (!stat.isDirectory) throw new SourceFileError(root, "it is neither a file nor a folder");
  const folders = [{ path: root, depth: 0 }];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for await (const entry of Deno.readDir(folder.path)) {
      if (entry.name.startsWith(".")) continue;
      const path = `${folder.path}/${entry.name}`;
      if (entry.isSymlink) {
        ignored.push({ path, reason: "it is a link; links may lead out of the folder" });
      } else if (entry.isDirectory) {
        if (folder.depth === depthMax) {
          throw new SourceFileError(path, `it lies more than ${depthMax} folders deep`);
        }
        folders.push({ path, depth: folder.depth + 1 });
      } else if (entry.isFile) {
        found.push({ path, bytes: (await Deno.stat(path)).size });
      } else {
        ignored.push({ path, reason: "it is no file" });
      }
    }
    if (found.length + ignored.length > filesMax) {
      throw new SourceFileError(root, `it holds more than ${filesMax} files`);
    }
  }
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files: found, ignored };
}

function whatElse(ignored: readonly IgnoredFile[]): string {
  if (ignored.length === 0) return "the folder is empty";
  const names = ignored.slice(0, 3).map((one) => `${one.path}: ${one.reason}`).join("; ");
  return `none of its ${ignored.length} files holds history of a listed symbol (${names} …)`;
}
