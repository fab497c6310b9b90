/** What sources call instruments: told names go before listed symbols, in columns and in files' names. */

import { assertEquals, assertRejects } from "@std/assert";
import { withFiles } from "../../testing/source_files.ts";
import { detectSource } from "./detect_source.ts";
import { SourceFileError } from "./source_file.ts";
import { faultsOfNames, readInstrument, type SymbolNames } from "./symbol_names.ts";

const names: SymbolNames = { GOLD: "XAUUSD", "US Dollar/Yen": "USDJPY", "*.m": "*", "fx_*": "*" };

Deno.test("readInstrument() finds a symbol in any writing, and by the names that are told", () => {
  const found = (text: string) => readInstrument(text, names)?.symbol ?? null;
  assertEquals(
    ["EURUSD", "EUR/USD", "eur_usd", "gold", " Gold ", "us dollar/yen", "EURUSD.m", "eur/usd.M"]
      .map(found),
    ["EURUSD", "EURUSD", "EURUSD", "XAUUSD", "XAUUSD", "USDJPY", "EURUSD", "EURUSD"] as never,
  );
  assertEquals(["FX_EURUSD", "fx_", ".m", "GOLDX", "SILVER", "EURUSD.x"].map(found), [
    ...["EURUSD" as never, null, null, null, null, null],
  ]);
  assertEquals([readInstrument("GOLD"), readInstrument("EURUSD.m")], [undefined, undefined]);
});

Deno.test("faultsOfNames() tells which names cannot be used", () => {
  assertEquals(faultsOfNames(names), []);
  const wrong = { GOLD: "GOLD", "*.*": "*", "*.m": "EURUSD", TIN: "*" };
  assertEquals(faultsOfNames(wrong).map(({ name }) => name), ["GOLD", "*.*", "*.m", "TIN"]);
});

async function symbolsIn(files: Record<string, string>, symbols: SymbolNames): Promise<string[]> {
  const found = new Set<string>();
  await withFiles(files, async (folder) => {
    for (const file of (await detectSource(folder, { symbols })).files) {
      for await (const chunk of file.read()) {
        assertEquals(chunk.faults, []);
        found.add(chunk.symbol);
      }
    }
  });
  return [...found].sort();
}

const tick = (symbol: string, price: string) => `2020-03-04T10:00:00Z,${symbol},${price},${price}`;

Deno.test("files are read under the names that are told, and not without them", async () => {
  const csv = ["time,symbol,bid,ask", tick("GOLD", "1600.10"), tick("EURUSD.m", "1.1")].join("\n");
  assertEquals(await symbolsIn({ "all.csv": csv }, names), ["EURUSD", "XAUUSD"]);
  const bars = "time,open,high,low,close\n2020-03-04T10:00:00Z,1600,1600,1600,1600\n" +
    "2020-03-04T10:01:00Z,1600,1600,1600,1600";
  assertEquals(await symbolsIn({ "GOLD-bid-M1.csv": bars }, names), ["XAUUSD"]);
  assertEquals(await symbolsIn({ "gold/bid-M1.csv": bars }, names), ["XAUUSD"]);
  await assertRejects(() => symbolsIn({ "GOLD-bid-M1.csv": bars }, {}), SourceFileError, "listed");
});
