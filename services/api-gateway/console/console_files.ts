/** The built console in memory: made by `deno task console`, read once, sent as it is. */

import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** Where `deploy/console` puts what it builds. */
export const consoleFolder = new URL("./dist/", import.meta.url);

export interface ConsoleFile {
  readonly type: string;
  /** By content coding. */
  readonly bytes: Readonly<Record<"identity" | "gzip" | "br", Uint8Array<ArrayBuffer>>>;
}

export interface ConsoleFiles {
  readonly page: string;
  /** By path: `/console/app-1a2b3c4d.js`. The name changes with the content. */
  readonly assets: ReadonlyMap<string, ConsoleFile>;
}

/** What `deploy/console` writes beside the files. */
export interface ConsoleManifest {
  /** Of the sources. */
  readonly hash: string;
  readonly page: string;
  /** File names by the path they are served at. */
  readonly assets: Readonly<Record<string, string>>;
}

export const manifestName = "manifest.json";

const types: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/** `null` when the console was not built. */
export async function readConsole(folder: URL = consoleFolder): Promise<ConsoleFiles | null> {
  const manifest = await readManifest(folder);
  if (manifest === null) return null;
  const assets = new Map<string, ConsoleFile>();
  for (const [path, name] of Object.entries(manifest.assets)) {
    const identity = await Deno.readFile(new URL(name, folder));
    assets.set(path, {
      type: types[name.split(".").at(-1)!] ?? "application/octet-stream",
      bytes: { identity, gzip: gzipped(identity), br: brotli(identity) },
    });
  }
  return { page: await Deno.readTextFile(new URL(manifest.page, folder)), assets };
}

export async function readManifest(folder: URL): Promise<ConsoleManifest | null> {
  try {
    return JSON.parse(await Deno.readTextFile(new URL(manifestName, folder)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

const gzipped = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes, { level: 9 }));
const brotli = (bytes: Uint8Array) =>
  new Uint8Array(brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
