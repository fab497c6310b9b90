// Goal: the command fetches a range, can be stopped, goes on, and says what to do next. Method: real
// processes against a scripted server of the vendor's files.

import { assert, assertEquals } from "@std/assert";
import { compress } from "lzma1";
import { detectSource } from "../../shared/venues/files/detect_source.ts";

const root = new URL("../../", import.meta.url);

/** An hour of one tick. */
function oneTick(): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(20));
  view.setUint32(4, 110_010);
  view.setUint32(8, 110_000);
  return new Uint8Array(compress(new Uint8Array(view.buffer)));
}

function start(args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "deploy/download/main.ts", ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function ended(child: Deno.ChildProcess) {
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), error: text(stderr) };
}

async function countTicks(path: string): Promise<number> {
  let count = 0;
  for (const file of (await detectSource(path)).files) {
    if (file.kind !== "ticks") continue;
    for await (const { symbol, ticks } of file.read()) {
      assertEquals(symbol, "EURUSD");
      count += ticks.length;
    }
  }
  return count;
}

Deno.test("a download that is stopped goes on where it stood, and names the import that comes next", async () => {
  const asked: string[] = [];
  const held = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  let isHolding = true;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      if (isHolding && pathname.includes("/02h")) {
        held.resolve();
        await release.promise;
      }
      return pathname.includes("/01h")
        ? new Response(null, { status: 404 })
        : new Response(oneTick());
    },
  );
  const folder = await Deno.makeTempDir({ prefix: "spotwire download " });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const args = ["eurusd", "2020-03-04", "2020-03-04T04:00:00Z", folder, "--url", url];
  try {
    const stopped = start(args);
    await held.promise;
    stopped.kill("SIGINT");
    const first = await ended(stopped);
    assertEquals(first.code, 130, first.error);
    assert(first.error.includes("goes on where this one stood"), first.error);
    isHolding = false;
    release.resolve();

    const { code, out, error } = await ended(start(args));
    assertEquals(code, 0, error);
    const path = /deno task import '(.*)'/.exec(out)?.[1];
    assertEquals(path, `${folder}/EURUSD`, out);
    assertEquals(await countTicks(path!), 3);
    assertEquals(asked.filter((one) => one.includes("/00h")).length, 1);
    assert(/ files fetched, \d were there, /.test(out), out);
  } finally {
    release.resolve();
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the command explains itself, and says what is wrong with a line it cannot use", async () => {
  const help = await ended(start(["--help"]));
  assertEquals([help.code, help.out.includes("deno task download <symbol>")], [0, true]);
  const wrong = await ended(start(["EURUSD"]));
  assertEquals([wrong.code, wrong.error.startsWith("Name a symbol")], [2, true]);
});
