// Goal: whatever stops a sealing, no tick is lost and none is doubled.

import { assertEquals } from "@std/assert";
import { openStore } from "../storage/open_store.ts";
import { endChild } from "../testing/child_server.ts";
import { eventually } from "../testing/eventually.ts";
import { batchRows, openHistory, readTicks, type TickRow } from "../testing/history_contract.ts";
import { realTest } from "../testing/real.ts";
import { startPostgres } from "../testing/real_postgres.ts";

const kills = { postgres: 8, pglite: 3 };

/** Appends late and new ticks and seals them, over and over, telling each batch once it is in. */
function startSealing(url: string, firstBatch: number): Deno.ChildProcess {
  const module = (path: string) => new URL(path, import.meta.url).href;
  const program = `
    import { openStore } from "${module("../storage/open_store.ts")}";
    import { batchRows, openHistory } from "${module("../testing/history_contract.ts")}";
    const [url, first] = Deno.args;
    const { append, sealer } = await openHistory(await openStore(url));
    for (let batch = Number(first);; batch++) {
      await append("EURUSD", String(batch), batchRows(batch));
      Deno.stdout.writeSync(new TextEncoder().encode(batch + "\\n"));
      if (batch % 5 === 4) await sealer.sealTicks();
    }`;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", program, url, `${firstBatch}`],
    cwd: new URL("../../", import.meta.url),
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

const byTime = (rows: TickRow[]) => rows.sort((a, b) => a[0] - b[0] || a[1] - b[1]);

async function killWhileSealing(url: string, kills: number): Promise<void> {
  let next = 0;
  for (let kill = 0; kill < kills; kill++) {
    const child = startSealing(url, next);
    let text = "";
    const reading = (async () => {
      for await (const chunk of child.stdout) text += new TextDecoder().decode(chunk);
    })();
    // At a moment of its own in the rounds of appending and sealing.
    const wanted = 11 + 3 * kill;
    await eventually(() => text.split("\n").length > wanted, { timeoutMs: 60_000, everyMs: 1 });
    await endChild(child, "SIGKILL");
    await reading;
    next = Number(text.split("\n").at(-2)) + 1;
  }
  const store = await openStore(url);
  const { history, append, sealer } = await openHistory(store);
  // The batch that was under way may be in or not; coming again it is in once.
  await append("EURUSD", `${next}`, batchRows(next));
  const expected = byTime(Array.from({ length: next + 1 }, (_, at) => batchRows(at)).flat());
  assertEquals(byTime(await readTicks(history, "EURUSD")), expected);
  await sealer.sealTicks();
  assertEquals(byTime(await readTicks(history, "EURUSD")), expected);
  await store.close();
}

realTest(
  "killed while sealing in Postgres, history has every tick once",
  ["postgres"],
  async () => {
    await using server = await startPostgres();
    await killWhileSealing(server.url, kills.postgres);
  },
);

Deno.test("killed while sealing in PGlite, history has every tick once", async () => {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-sealing-" });
  await killWhileSealing(`pglite:${folder}`, kills.pglite);
  await Deno.remove(folder, { recursive: true });
});
