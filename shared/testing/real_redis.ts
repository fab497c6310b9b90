/** A real Redis for tests, durable by default: every write is on disk before it is answered. */

import { endChild, removeFolder, type StartOptions, type TestServer } from "./child_server.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free_port.ts";
import { findBinary } from "./real.ts";

/** Starts Redis on 127.0.0.1; `extra` are further command-line settings. */
export async function startRedis(
  options: StartOptions & { extra?: readonly string[] } = {},
): Promise<TestServer> {
  const binary = findBinary("redis");
  if (binary === null) throw new Error("Cannot start Redis: redis-server is not installed");
  const folder = options.folder ?? await Deno.makeTempDir({ prefix: "spotwire-redis-" });
  const port = options.port ?? freePort();
  const child = new Deno.Command(binary, {
    args: [
      ["--bind", "127.0.0.1", "--port", String(port), "--dir", folder, "--save", ""],
      ["--appendonly", "yes", "--appendfsync", "always", ...(options.extra ?? [])],
    ].flat(),
    stdout: "null",
    stderr: "null",
  }).spawn();
  let exited = false;
  void child.status.then(() => exited = true);
  try {
    await eventually(() => answersPing(port, () => exited));
  } catch (error) {
    await endChild(child, "SIGKILL");
    throw new Error("Cannot start Redis: it does not answer", { cause: error });
  }
  const kill = () => endChild(child, "SIGKILL");
  const stop = () => kill().then(() => removeFolder(folder));
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    kill,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Loading an append-only file answers `-LOADING` first. */
async function answersPing(port: number, exited: () => boolean): Promise<boolean> {
  if (exited()) throw new Error("redis-server exited");
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await connection.write(new TextEncoder().encode("PING\r\n"));
    const answer = new Uint8Array(64);
    const read = await connection.read(answer);
    return new TextDecoder().decode(answer.subarray(0, read ?? 0)).startsWith("+PONG");
  } finally {
    connection.close();
  }
}
