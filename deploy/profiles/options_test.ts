import { assertEquals, assertRejects } from "@std/assert";
import { SettingsError } from "../../shared/runtime/settings.ts";
import { readOptions } from "./options.ts";

Deno.test("readOptions() takes flags before the environment before the data folder's file", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${folder}/settings.json`,
    '{"http":{"port":1},"venue":{"seed":"file","speed":"max"},"log":{"level":"debug"}}',
  );
  const env = { SPOTWIRE_VENUE_SEED: "env", SPOTWIRE_HTTP_PORT: "2", HOME: "/" };
  const options = await readOptions(["--data", folder, "--port", "3"], env);
  assertEquals(options?.http.port, 3);
  assertEquals(options?.venue, { spec: "simulator", seed: "env", speed: "max" });
  assertEquals([options?.data.folder, options?.log.level], [folder, "debug"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readOptions() names the flag, the variable or the key it does not know", async () => {
  await assertRejects(() => readOptions(["--prot", "1"], {}), TypeError, "--prot");
  await assertRejects(
    () => readOptions([], { SPOTWIRE_HTTP_PROT: "1" }),
    SettingsError,
    "SPOTWIRE_HTTP_PROT",
  );
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/settings.json`, '{"http":{"prot":1}}');
  await assertRejects(() => readOptions(["--data", folder], {}), SettingsError, "http.prot");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readOptions() answers null to a cry for help, and refuses a value that does not fit", async () => {
  assertEquals(await readOptions(["--help"], {}), null);
  await assertRejects(() => readOptions(["--speed=-1"], {}), SettingsError, "VENUE_SPEED");
  await assertRejects(() => readOptions(["--venue", "moon"], {}), SettingsError, "VENUE_SPEC");
});
