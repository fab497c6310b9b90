/** Postgres inside the process: PGlite in memory, or on disk with commits that survive a power cut. */

import { PGlite, types } from "@electric-sql/pglite";
import { Kysely, PGliteDialect, sql } from "kysely";
import { type FolderLock, lockFolder } from "./folder_lock.ts";
import { DurableNodeFs, durableStartParams, syncPath, syncTree } from "./durable_node_fs.ts";
import { tidyEngine } from "./pglite_upkeep.ts";
import type { Store } from "./store.ts";

const text = (value: string): string => value;
const toText = (value: unknown): string => String(value);
const toJson = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** What the drivers disagree on; see `Store`. */
const parsers = { [types.INT8]: text, [types.NUMERIC]: text, [types.DATE]: text };
const serializers = {
  [types.NUMERIC]: toText,
  [types.TEXT]: toText,
  [types.VARCHAR]: toText,
  [types.JSON]: toJson,
  [types.JSONB]: toJson,
};

/** Keeps everything in `folder`, which no other process may hold meanwhile. */
export async function openPgliteStore(folder: string): Promise<Store> {
  const lock = await lockFolder(folder);
  try {
    return new PgliteStore(await openOnDisk(folder), lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Keeps everything in memory. It begins with the `cluster` that was dumped, or makes an empty one. */
export async function openMemoryStore(cluster?: Blob): Promise<Store> {
  const loaded = cluster === undefined ? {} : { loadDataDir: cluster };
  return new PgliteStore(await PGlite.create({ parsers, serializers, ...loaded }), null);
}

/** An empty cluster for {@link openMemoryStore}: making one takes it far longer than loading one. */
export async function dumpEmptyCluster(): Promise<Blob> {
  const engine = await PGlite.create();
  try {
    return await engine.dumpDataDir("none");
  } finally {
    await engine.close();
  }
}

/** A new cluster is made aside and renamed, so a death halfway leaves nothing that looks finished. */
async function openOnDisk(folder: string): Promise<PGlite> {
  const cluster = `${folder}/postgres`;
  if (!await exists(cluster)) {
    const unfinished = `${folder}/postgres.new`;
    await Deno.remove(unfinished, { recursive: true }).catch(() => {});
    await (await openCluster(unfinished)).close();
    syncTree(unfinished);
    await Deno.rename(unfinished, cluster);
    syncPath(folder);
  }
  return await openCluster(cluster);
}

const openCluster = (cluster: string): Promise<PGlite> =>
  PGlite.create({
    fs: new DurableNodeFs(cluster, (reason) => endProcess(cluster, reason)),
    relaxedDurability: false,
    startParams: durableStartParams(PGlite.defaultStartParams),
    parsers,
    serializers,
  });

/** Of `EX_IOERR`: what starts this process again may try later. */
const givenUpExit = 74;

/**
 * As a served Postgres does after a PANIC: it ends, and recovers from its log when it is started again.
 * Every acknowledged commit is in there.
 */
function endProcess(cluster: string, reason: string): never {
  const text = `The embedded store in ${cluster} cannot go on: ${reason}\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(text));
  Deno.exit(givenUpExit);
}

const exists = (path: string): Promise<boolean> =>
  Deno.stat(path).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });

class PgliteStore implements Store {
  readonly kind = "pglite";
  readonly readBinary = null;
  readonly #engine: PGlite;
  readonly #lock: FolderLock | null;
  readonly #root: Kysely<unknown>;
  #closed: Promise<void> | null = null;

  constructor(engine: PGlite, lock: FolderLock | null) {
    this.#engine = engine;
    this.#lock = lock;
    // One Kysely for all schemas: its connection lock is what makes transactions queue.
    this.#root = new Kysely({ dialect: new PGliteDialect({ pglite: engine }) });
  }

  database<DB>(schema: string): Kysely<DB> {
    return this.#root.withSchema(schema) as Kysely<DB>;
  }

  upkeep = (signal?: AbortSignal): Promise<void> => tidyEngine(this.#root, signal);

  async ping(): Promise<void> {
    await sql`select 1`.execute(this.#root);
  }

  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    try {
      await this.#root.destroy();
      if (!this.#engine.closed) await this.#engine.close();
    } finally {
      this.#lock?.release();
    }
  }
}
