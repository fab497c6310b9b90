/** Runs the whole platform, or one part of it, as a real process that a test may kill. */

import { eventually } from "./eventually.ts";

const root = new URL("../../", import.meta.url);

export interface PartProcess {
  readonly url: string;
  /** Everything it wrote so far, both outputs. */
  output(): string;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Asks it to drain; the exit code. */
  stop(): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface PartOptions {
  /** From the repository's root: `deploy/profiles/all_in_one.ts`. */
  readonly script: string;
  readonly port: number;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How long it may take until `/readyz` says yes. */
  readonly readyMsMax?: number;
}

/** Starts a part and waits until it is ready. @throws Error with its output when it never is. */
export async function startPart(options: PartOptions): Promise<PartProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", options.script, ...(options.args ?? [])],
    cwd: root,
    env: { NO_COLOR: "1", ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output: string[] = [];
  const reading = [collect(child.stdout, output), collect(child.stderr, output)];
  const url = `http://127.0.0.1:${options.port}`;
  let exited: Deno.CommandStatus | null = null;
  const exit = child.status.then((status) => (exited = status));
  const end = async (signal: Deno.Signal): Promise<number> => {
    if (exited === null) child.kill(signal);
    const { code } = await exit;
    await Promise.all(reading);
    return code;
  };
  const part: PartProcess = {
    url,
    output: () => output.join(""),
    kill: async () => void (await end("SIGKILL")),
    stop: () => end("SIGTERM"),
    [Symbol.asyncDispose]: async () => void (await end("SIGKILL")),
  };
  try {
    await eventually(async () => {
      if (exited !== null) return;
      const answer = await fetch(`${url}/readyz`);
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`Not ready: ${answer.status}`);
    }, { timeoutMs: options.readyMsMax ?? 60_000, everyMs: 50 });
    if (exited !== null) throw new Error("It exited");
  } catch (error) {
    await end("SIGKILL");
    throw new Error(`Cannot start ${options.script}: ${error}\n${part.output()}`);
  }
  return part;
}

async function collect(stream: ReadableStream<Uint8Array>, into: string[]): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) into.push(text);
}
