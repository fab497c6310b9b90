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

export class DurableNodeFs extends NodeFS {
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
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        preRun: [...(Array.isArray(preRun) ? preRun : [preRun]), install],
      },
    };
  }
}

function syncStream(stream: NodeStream, pathOf: () => string): void {
  if (stream.nfd !== undefined) return fsyncSync(stream.nfd);
  const directory = openSync(pathOf(), "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** The defaults without `-F` (no fsync), flushing the log by fsync: PGlite's fdatasync does nothing. */
export function durableStartParams(defaults: readonly string[]): string[] {
  return [...defaults.filter((param) => param !== "-F"), "-c", "wal_sync_method=fsync"];
}
