import { assertEquals, assertThrows } from "@std/assert";
import { importBody, importHelp, readImportOptions } from "./options.ts";
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
  for (const [flag] of importHelp.matchAll(/--[a-z-]+/g)) {
    if (["--help", "--formats", "--alone"].includes(flag)) continue;
    const read = readImportOptions(["a", flag, "1"]);
    assertEquals(typeof read === "string" ? null : read[flag.slice(2) as "side"], "1", flag);
  }
});

Deno.test("the import command describes a generic CSV file as the API does", () => {
  const body = (...args: string[]) => {
    const options = readImportOptions(["a", ...args]);
    if (typeof options === "string") throw new Error(options);
    return importBody(options, "a");
  };
  assertEquals(
    body(
      ...["--delimiter", ";", "--header", "2", "--time-format", "dmy", "--decimals", "5"],
      ...["--side", "bid", "--interval", "4h"],
    ),
    {
      path: "a",
      csv: {
        ...{ delimiter: ";", headerLines: 2, timeFormat: "dmy", priceDecimals: 5 },
        ...{ side: "bid", intervalMs: 14_400_000 },
      },
    },
  );
  assertEquals(body("--delimiter", "tab", "--header", "0"), {
    path: "a",
    csv: { delimiter: "\t", headerLines: 0 },
  });
  for (
    const [flag, value] of [
      ["--delimiter", "::"],
      ["--header", "-1"],
      ["--header", "101"],
      ["--decimals", "ten"],
      ["--side", "last"],
      ["--interval", "4"],
    ] as const
  ) assertThrows(() => body(`${flag}=${value}`), TypeError, flag);
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
