/** A real Postgres for tests: its own cluster in a temporary folder, on a free port. */

import { endChild, removeFolder, type StartOptions, type TestServer } from "./child_server.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free_port.ts";
import { findBinary } from "./real.ts";

/** Starting takes seconds, so a test file shares one server. */
export async function startPostgres(
  options: StartOptions & { fsync?: boolean } = {},
): Promise<TestServer> {
  const binary = findBinary("postgres");
  if (binary === null) throw new Error("Cannot start Postgres: it is not installed");
  const bin = (await Deno.realPath(binary)).replace(/\/postgres$/, "");
  const owner = await unprivilegedOwner();
  const folder = options.folder ?? await createCluster(bin, owner);
  const port = options.port ?? freePort();
  const settings = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: folder,
    fsync: options.fsync ?? true ? "on" : "off",
    max_connections: 100,
  };
  const child = new Deno.Command(`${bin}/postgres`, {
    args: [
      "-D",
      `${folder}/data`,
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    cwd: folder,
    ...owner,
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await eventually(() => isReady(bin, port), { timeoutMs: 60_000, everyMs: 100 });
  } catch (error) {
    await endChild(child, "SIGQUIT");
    throw new Error("Cannot start Postgres: it does not answer", { cause: error });
  }
  // SIGQUIT is Postgres's immediate shutdown: no checkpoint, its children go with it.
  const kill = () => endChild(child, "SIGQUIT");
  const stop = () => kill().then(() => removeFolder(folder));
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    folder,
    kill,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

type Owner = { uid?: number; gid?: number };

/** Postgres refuses to run as root; then it runs as the `postgres` user of its package. */
async function unprivilegedOwner(): Promise<Owner> {
  if (Deno.uid() !== 0) return {};
  const users = (await Deno.readTextFile("/etc/passwd")).split("\n").map((line) => line.split(":"));
  const user = users.find(([name]) => name === "postgres") ??
    users.find(([name]) => name === "nobody");
  if (user === undefined) throw new Error("Cannot start Postgres: no user to run it as");
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

async function createCluster(bin: string, owner: Owner): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-postgres-" });
  if (owner.uid !== undefined) await Deno.chown(folder, owner.uid, owner.gid ?? null);
  const { success, stderr } = await new Deno.Command(`${bin}/initdb`, {
    args: ["-D", `${folder}/data`, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
      .concat(["--locale=C", "--no-sync"]),
    cwd: folder,
    ...owner,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return folder;
  await removeFolder(folder);
  throw new Error(`Cannot create a cluster: ${new TextDecoder().decode(stderr)}`);
}

async function isReady(bin: string, port: number): Promise<boolean> {
  const { success } = await new Deno.Command(`${bin}/pg_isready`, {
    args: ["-q", "-h", "127.0.0.1", "-p", String(port)],
  }).output();
  return success;
}
