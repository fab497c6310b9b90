/**
 * PGlite ships with fsync switched off, and its disk layer has none to call. This one hands Postgres's
 * fsync to the operating system, so a commit that was acknowledged is on the disk.
 */

import { NodeFS } from "@electric-sql/pglite/nodefs";
import { closeSync, fsyncSync, openSync } from "node:fs";

interface NodeStream {
  /** The open file; directories have none. */
  readonly nfd?: number;
  readonly node: unknown;
}

/** The parts of Emscripten's NODEFS used here. */
interface NodeFsModule {
  readonly NODEFS: {
    realPath(node: unknown): string;
    readonly stream_ops: { fsync?: (stream: NodeStream) => number };
  };
}

/** Told when the engine has given up: nothing it says or writes afterwards can be believed. */
export type OnGivenUp = (reason: string) => never;

export class DurableNodeFs extends NodeFS {
  readonly #onGivenUp: OnGivenUp;

  constructor(folder: string, onGivenUp: OnGivenUp) {
    super(folder);
    this.#onGivenUp = onGivenUp;
  }

  override async init(...args: Parameters<NodeFS["init"]>): ReturnType<NodeFS["init"]> {
    const { emscriptenOpts } = await super.init(...args);
    const install = (module: unknown) => {
      const { NODEFS } = module as NodeFsModule;
      NODEFS.stream_ops.fsync = (stream) => {
        syncStream(stream, () => NODEFS.realPath(stream.node));
        return 0;
      };
    };
    const preRun = emscriptenOpts.preRun ?? [];
    let reason = "no reason given";
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        printErr: (line: string) => {
          reason = /(?:PANIC|FATAL): +(.+)/.exec(line)?.[1] ?? reason;
        },
        // Left alone the engine goes on after its PANIC, and commits what it could not log.
        onAbort: () => this.#onGivenUp(reason),
        preRun: [...(Array.isArray(preRun) ? preRun : [preRun]), install],
      },
    };
  }
}

function syncStream(stream: NodeStream, pathOf: () => string): void {
  if (stream.nfd === undefined) syncPath(pathOf());
  else fsyncSync(stream.nfd);
}

/** Puts a file's content, or a folder's names, on the disk. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** {@link syncPath} of a folder and everything below it. */
export function syncTree(folder: string): void {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) syncTree(path);
    else if (entry.isFile) syncPath(path);
  }
  syncPath(folder);
}

/** The defaults without `-F` (no fsync), flushing the log by fsync: PGlite's fdatasync does nothing. */
export function durableStartParams(defaults: readonly string[]): string[] {
  return [...defaults.filter((param) => param !== "-F"), "-c", "wal_sync_method=fsync"];
}
