import { assertEquals, assertThrows } from "@std/assert";
import { importBody, readImportOptions } from "./options.ts";
import { progressText, timeText } from "./progress_bar.ts";

Deno.test("the import command reads its path and options, and refuses what it does not know", () => {
  assertEquals(readImportOptions(["--help"]), "help");
  assertEquals(readImportOptions(["--formats"]), "formats");
  const options = readImportOptions([
    ...["ticks", "--alone", "--source", "mine", "--columns", "time=stamp,bid=1,ask=2"],
    ...["--gates", '{"*":{"spike":{"action":"flag"}}}'],
  ]);
  if (typeof options === "string") throw new Error(options);
  assertEquals([options.path, options.alone, options.source], ["ticks", true, "mine"]);
  assertEquals(importBody(options, "a/ticks"), {
    path: "a/ticks",
    source: "mine",
    columns: { time: "stamp", bid: 1, ask: 2 },
    gates: { "*": { spike: { action: "flag" } } },
  });
  assertThrows(() => readImportOptions([]), TypeError, "Name the file");
  assertThrows(() => readImportOptions(["a", "b"]), TypeError, "one path");
  assertThrows(() => readImportOptions(["a", "--speed", "1"]), TypeError, "--speed");
  assertThrows(() => importBody({ path: "a", alone: false, gates: "{" }, "a"), TypeError, "JSON");
  assertThrows(() => importBody({ path: "a", alone: false, columns: "bid" }, "a"), TypeError);
});

Deno.test("progress is told in rows, rate, per cent and time left", () => {
  const text = progressText(
    {
      percent: 50,
      rowsStored: 1_234_567,
      rowsPerSecond: 350_000,
      secondsLeft: 75,
      currentFile: "EURUSD/2019/01/04/10h_ticks.bi5",
    } as Parameters<typeof progressText>[0],
  );
  assertEquals(
    text,
    "████████████░░░░░░░░░░░░  50.0 %  1,234,567 rows stored, 350,000 rows/s, 1 min 15 s left" +
      "  04/10h_ticks.bi5",
  );
  assertEquals([timeText(0.2), timeText(7_260)], ["1 s", "2 h 1 min"]);
});
