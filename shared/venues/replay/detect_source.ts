/** Finds the tick files under a path and tells their formats. */

import { csvFile } from "./csv.ts";
import { dukascopyFile } from "./dukascopy.ts";
import { leanFile } from "./lean.ts";
import type { TickFile } from "./tick_file.ts";

/** Files a folder may hold; more is surely the wrong folder. */
const filesMax = 1_000_000;

export interface TickSource {
  /** By the time they begin; files that begin together by path. */
  readonly files: readonly TickFile[];
  /** Files that hold no ticks of a known format and a listed symbol. */
  readonly ignored: readonly string[];
}

/**
 * @throws Error when the path cannot be read or holds no tick file at all, telling what it holds.
 */
export async function detectSource(path: string): Promise<TickSource> {
  const root = await rootOf(path);
  const files: TickFile[] = [];
  const ignored: string[] = [];
  for (const found of await listFiles(root)) {
    const file = await detectFile(found);
    if (file === null) ignored.push(found);
    else files.push(file);
  }
  if (files.length === 0) throw new Error(`Cannot replay ${path}: ${whatElse(ignored)}`);
  files.sort((a, b) => a.from - b.from || (a.path < b.path ? -1 : 1));
  return { files, ignored };
}

async function rootOf(path: string): Promise<string> {
  try {
    return (await Deno.realPath(path)).replaceAll("\\", "/");
  } catch (cause) {
    throw new Error(`Cannot replay ${path}: there is no such folder or file`, { cause });
  }
}

function detectFile(path: string): TickFile | null | Promise<TickFile | null> {
  if (path.endsWith(".bi5")) return dukascopyFile(path);
  if (path.endsWith(".zip")) return leanFile(path);
  return /\.(csv|txt)$/i.test(path) ? csvFile(path) : null;
}

async function listFiles(root: string): Promise<string[]> {
  if ((await Deno.stat(root)).isFile) return [root];
  const found: string[] = [];
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.name.startsWith(".")) continue;
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) folders.push(path);
      else found.push(path);
    }
    if (found.length > filesMax) {
      throw new Error(`Cannot replay ${root}: it holds more than ${filesMax} files`);
    }
  }
  return found.sort();
}

function whatElse(ignored: readonly string[]): string {
  if (ignored.length === 0) return "the folder is empty";
  const names = ignored.slice(0, 3).join(", ");
  return `none of its ${ignored.length} files holds ticks of a listed symbol (${names} …)`;
}
