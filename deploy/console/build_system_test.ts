// Goal: the console's first load is small, whole, and built once. Method: the real bundler into a
// folder of its own.

import { assert, assertEquals } from "@std/assert";
import { readConsole } from "../../services/api-gateway/console/console_files.ts";
import { buildConsole } from "./build.ts";

const firstLoadBytesMax = 150_000;

Deno.test("the console builds to less than 150 KB gzipped, and once for the same sources", async () => {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-console-" });
  try {
    const url = new URL(`file://${folder}/`);
    assertEquals(await readConsole(url), null);
    assertEquals(await buildConsole(url), true);
    assertEquals(await buildConsole(url), false);
    const files = (await readConsole(url))!;
    let bytes = files.page.length;
    for (const [path, { bytes: codings }] of files.assets) {
      assert(files.page.includes(path), path);
      bytes += codings.gzip.length;
    }
    assertEquals(files.assets.size, 2);
    assert(bytes < firstLoadBytesMax, `${bytes} bytes`);
    assert(!/<script(?![^>]*src=)|<style|style=|\son\w+=/.test(files.page), "something is inline");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
