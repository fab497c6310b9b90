/** Processes of a bench: servers on one core, load on the other, peers installed beside. */

const decoder = new TextDecoder();

/** Core of the servers, and of the load. Without `taskset` the system decides. */
export type Core = 0 | 1;

/** A command pinned to a core. */
export function pinned(core: Core, command: string, args: readonly string[]): Deno.Command {
  const pin = canPin() ? ["taskset", "-c", String(core)] : [];
  const [program, ...rest] = [...pin, command, ...args];
  return new Deno.Command(program!, { args: rest, stdout: "piped", stderr: "inherit" });
}

let pins: boolean | undefined;

function canPin(): boolean {
  if (pins !== undefined) return pins;
  try {
    pins = navigator.hardwareConcurrency > 1 &&
      new Deno.Command("taskset", { args: ["-c", "1", "true"] }).outputSync().success;
  } catch {
    pins = false;
  }
  return pins;
}

export interface BenchServer extends AsyncDisposable {
  readonly pid: number;
  /** What it printed after `ready`. */
  readonly told: string;
  /** What it prints from then on. */
  readonly stdout: ReadableStream<Uint8Array>;
}

/** Starts a server and waits for its line that begins with `ready`. */
export async function startServer(command: string, args: readonly string[]): Promise<BenchServer> {
  const child = pinned(0, command, args).spawn();
  const reader = child.stdout.getReader();
  let text = "";
  while (!/^ready.*\n/m.test(text)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Cannot start ${command} ${args.join(" ")}: ${text}`);
    text += decoder.decode(value);
  }
  reader.releaseLock();
  return {
    pid: child.pid,
    stdout: child.stdout,
    told: /^ready ?(.*)$/m.exec(text)![1]!,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It ended by itself.
      }
      await child.stdout.cancel();
      await child.status;
    },
  };
}

/** Runs a load to its end and reads the JSON it prints. */
export async function runLoad<T>(command: string, args: readonly string[]): Promise<T> {
  const { success, stdout } = await pinned(1, command, args).output();
  const text = decoder.decode(stdout);
  if (!success) throw new Error(`Cannot run ${command} ${args[0]}: ${text}`);
  return JSON.parse(text.trim().split("\n").at(-1)!);
}

/** Installs packages from npm in a temporary folder that also holds the peers' programs. */
export async function installPeers(packages: readonly string[]): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-bench-" });
  const peers = new URL("peers/", import.meta.url);
  for await (const { name } of Deno.readDir(peers)) {
    await Deno.copyFile(new URL(name, peers), `${folder}/${name}`);
  }
  console.log(`installing ${packages.join(", ")} from npm in ${folder}`);
  await Deno.writeTextFile(`${folder}/package.json`, '{"private":true}');
  const { success, stderr } = await new Deno.Command("npm", {
    args: ["install", "--no-audit", "--no-fund", "--loglevel=error", ...packages],
    cwd: folder,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`Cannot install the peers: ${decoder.decode(stderr)}`);
  return folder;
}

/** Resident memory of a process, in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+) kB/.exec(text)?.[1] ?? NaN) * 1024;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};
