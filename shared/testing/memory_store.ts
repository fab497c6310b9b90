/**
 * Stores in memory for tests. They begin with one empty cluster, which is made once for each version
 * of PGlite and kept among the user's cached files: making it is most of what opening a store takes.
 */

import { homedir } from "node:os";
import { dumpEmptyCluster, openMemoryStore } from "../storage/pglite_store.ts";
import type { Store } from "../storage/store.ts";

const version = /pglite[@/]([\d.]+)/.exec(import.meta.resolve("@electric-sql/pglite"))![1];
const caches = Deno.env.get("XDG_CACHE_HOME") ?? `${homedir()}/.cache`;
const folder = `${caches}/spotwire`;
const file = `${folder}/pglite-${version}-empty.tar`;

let cluster: Promise<Blob> | null = null;

export async function openTestStore(): Promise<Store> {
  return openMemoryStore(await (cluster ??= readCluster()));
}

async function readCluster(): Promise<Blob> {
  try {
    return new Blob([await Deno.readFile(file)]);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const made = await dumpEmptyCluster();
  await Deno.mkdir(folder, { recursive: true });
  // Other tests may read it at any moment: it is there whole or not at all.
  const unfinished = await Deno.makeTempFile({ dir: folder });
  await Deno.writeFile(unfinished, made.stream());
  await Deno.rename(unfinished, file);
  return made;
}
