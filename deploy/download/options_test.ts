import { assertEquals, assertThrows } from "@std/assert";
import { parseRfc3339 } from "../../shared/domain/time.ts";
import { dukascopyUrl } from "../../shared/venues/files/dukascopy_download.ts";
import { readDownloadOptions } from "./options.ts";
import { doneText, downloadText } from "./progress.ts";

const at = (text: string) => parseRfc3339(text)!;
const now = at("2024-03-01T12:00:00Z");
const january = ["eur/usd", "2024-01-01", "2024-02-01"];

function read(args: readonly string[]) {
  const request = readDownloadOptions(args, now);
  if (request === "help") throw new Error(request);
  return request;
}

Deno.test("the download command reads a symbol, a range and a folder, and refuses what cannot be", () => {
  assertEquals(readDownloadOptions(["--help"], now), "help");
  const { instrument, ...request } = read(january);
  assertEquals(instrument.symbol, "EURUSD");
  assertEquals(request, {
    kinds: ["ticks"],
    from: at("2024-01-01T00:00:00Z"),
    to: at("2024-02-01T00:00:00Z"),
    folder: "./data/import/dukascopy",
    url: dukascopyUrl,
  });
  const bars = read(["USDJPY", "2024-02-29T08:00:00Z", "2025-01-01", "a/", "--bars"]);
  assertEquals([bars.kinds, bars.to, bars.folder], [["bid-bars", "ask-bars"], now, "a"]);
  for (
    const [args, told] of [
      [[], "Name a symbol"],
      [january.slice(0, 2), "Name a symbol"],
      [[...january, "a", "b"], "at most a folder"],
      [["EURXXX", ...january.slice(1)], "not listed"],
      [["EURUSD", "2024-02-30", "2024-03-01"], "neither a day"],
      [["EURUSD", "2024-02-01", "2024-01-01"], "nothing has happened"],
      [["EURUSD", "2024-03-02", "2024-03-09"], "nothing has happened"],
      [[...january, "--speed"], "--speed"],
    ] as const
  ) {
    assertThrows(() => readDownloadOptions(args, now), TypeError, told);
  }
});

Deno.test("a download tells how far it is, and the import that comes next", () => {
  const progress = { files: 2_000, done: 500, fetched: 90, kept: 400, empty: 10, bytes: 3e6 };
  assertEquals(
    downloadText(progress, 10_000),
    " 25.0 %  500 of 2,000 files, 90 fetched, 3.0 MB, 2 min 30 s left",
  );
  const request = read([...january, "my files"]);
  assertEquals(
    doneText(request, [progress, progress]).split("\n"),
    [
      "180 files fetched, 800 were there, 20 the vendor has nothing for",
      "",
      "Import them next:",
      "",
      "  deno task import 'my files/EURUSD'",
    ],
  );
  const none = { ...progress, fetched: 0, kept: 0, bytes: 0 };
  assertEquals(doneText(request, [none]).includes("nothing to import"), true);
});
