/** A disk that a test can fill: a file system in memory of a few megabytes, mounted on a folder. */

import { eventually } from "./eventually.ts";

export interface SmallDisk extends AsyncDisposable {
  readonly folder: string;
  /** Takes all room but so much; what held room before is let go first. */
  fill(leftBytes?: number): Promise<void>;
  /** Lets go of what `fill` took. */
  free(): Promise<void>;
}

const run = (command: string, ...args: string[]): boolean => {
  try {
    return new Deno.Command(command, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
};

/** Whoever writes to the disk is gone before it is disposed of. @throws Error where mounting is not allowed */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-disk-" });
  if (!run("mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder)) {
    await Deno.remove(folder);
    throw new Error("Cannot mount a small disk");
  }
  const filler = `${folder}/filler`;
  const free = () => Deno.remove(filler).catch(() => {});
  return {
    folder,
    async fill(leftBytes = 0) {
      await free();
      using file = await Deno.open(filler, { write: true, createNew: true });
      const piece = new Uint8Array(65_536);
      let taken = 0;
      try {
        while (taken < megabytes * 1_048_576) taken += await file.write(piece);
      } catch {
        // Full.
      }
      await file.truncate(Math.max(0, taken - leftBytes));
    },
    free,
    async [Symbol.asyncDispose]() {
      await eventually(() => run("umount", folder), { timeoutMs: 10_000, everyMs: 100 });
      await Deno.remove(folder);
    },
  };
}

/** A test that fills a disk: skipped by name where mounting is not allowed, unless it is asked for. */
export function smallDiskTest(name: string, fn: () => Promise<void>): void {
  const asked = Deno.env.get("SPOTWIRE_TEST_REAL") === "1";
  const ignore = !asked && !canMount();
  Deno.test({ name: ignore ? `${name} (mounting is not allowed here)` : name, ignore, fn });
}

function canMount(): boolean {
  const folder = Deno.makeTempDirSync({ prefix: "spotwire-disk-" });
  const mounted = run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder);
  if (mounted) run("umount", folder);
  Deno.removeSync(folder);
  return mounted;
}
