// Goal: what a running platform loads of a folder is what the folder holds now, and no file that lay
// in it once; nothing that somebody else put into the import folder goes.

import { assertEquals } from "@std/assert";
import { stage } from "./stage.ts";

async function filesBelow(folder: string, under = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${folder}${under}`)) {
    if (isDirectory) found.push(...await filesBelow(folder, `${under}/${name}`));
    else if (!name.startsWith(".")) found.push(`${under}/${name}`);
  }
  return found.sort();
}

Deno.test("a folder is staged as it is now, and a file that left it leaves", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "spotwire-stage-" }));
  const [from, to] = [`${root}/mine — 2024`, `${root}/import`];
  const write = (path: string, text: string) => Deno.writeTextFile(`${from}/${path}`, text);
  await Deno.mkdir(`${from}/old/deep`, { recursive: true });
  await write("EURUSD ü.csv", "1");
  await write("wrong.csv", "2");
  await write("old/deep/GBPUSD.csv", "3");
  await Deno.symlink("/etc", `${from}/elsewhere`);
  const staged = await stage(from, to);
  assertEquals(staged, { path: from.slice(1), links: [`${from}/elsewhere`] });
  const there = () => filesBelow(`${to}${from}`);
  assertEquals(await there(), ["/EURUSD ü.csv", "/old/deep/GBPUSD.csv", "/wrong.csv"]);

  await Deno.writeTextFile(`${to}${from}/by hand.csv`, "4");
  await Deno.writeTextFile(`${to}${from}/old/by hand.csv`, "5");
  await Deno.remove(`${from}/wrong.csv`);
  await Deno.remove(`${from}/old`, { recursive: true });
  await write("EURUSD ü.csv", "6");
  await stage(from, to);
  assertEquals(await there(), ["/EURUSD ü.csv", "/by hand.csv", "/old/by hand.csv"]);
  assertEquals(await Deno.readTextFile(`${to}${from}/EURUSD ü.csv`), "6");

  // One file by itself leaves its neighbours, and goes with its folder's next staging.
  await write("USDJPY.csv", "7");
  await stage(`${from}/USDJPY.csv`, to);
  await Deno.remove(`${from}/USDJPY.csv`);
  assertEquals((await there()).includes("/USDJPY.csv"), true);
  await stage(from, to);
  assertEquals(await there(), ["/EURUSD ü.csv", "/by hand.csv", "/old/by hand.csv"]);
  assertEquals(await stage(`${to}${from}`, to), { path: from.slice(1), links: [] });
  await Deno.remove(root, { recursive: true });
});
