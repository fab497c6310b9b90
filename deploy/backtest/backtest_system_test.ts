// Goal: the command runs a strategy over files and over what an import stored of the same files, and
// finds the same; its report is there to read.

import { assert, assertEquals } from "@std/assert";
import { dataTest } from "../../shared/testing/test_data.ts";

const root = new URL("../../", import.meta.url);

async function task(script: string, args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

const backtest = (...args: string[]) => task("deploy/backtest/main.ts", args);
const digestIn = (out: string): string => /digest\s+([0-9a-f]{64})/.exec(out)![1]!;

dataTest(
  "files and the history imported from them give the same run, and a report to read",
  "dukascopy/EURUSD",
  async (path) => {
    const folder = await Deno.makeTempDir({ prefix: "spotwire-backtest-" });
    const period = ["--from", "2019-02-04", "--to", "2019-02-04T06:00:00Z", "--data", folder];
    try {
      const files = await backtest("two-averages", "--files", path, ...period);
      assertEquals(files.code, 0, files.err);
      const loaded = await task("deploy/import/main.ts", [path, "--data", folder, "--alone"]);
      assertEquals(loaded.code, 0, loaded.err + loaded.out);
      const stored = await backtest("two-averages", "--alone", ...period);
      assertEquals(stored.code, 0, stored.err);
      assertEquals(digestIn(stored.out), digestIn(files.out));
      const page = /written\s+(\S+\.html)/.exec(stored.out)![1]!;
      assert((await Deno.readTextFile(page)).includes("Backtest of two-averages on EURUSD"));
      const own = await backtest("shared/sdk/examples/two_averages.ts", "--files", path, ...period);
      assertEquals(digestIn(own.out), digestIn(files.out));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test("what cannot be run is said, with an exit code", async () => {
  const unknown = await backtest("nothing-of-the-kind", "--alone");
  assertEquals(unknown.code, 2);
  assert(unknown.err.includes("strategies are two-averages"));
  const missing = await backtest("breakout", "--files", "./no/such/folder");
  assertEquals(missing.code, 1);
  assert(missing.err.includes("no/such/folder"));
});
