import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { strToU8, zipSync } from "fflate";
import { compress } from "lzma1";
import { formatPrice, type Instrument, price } from "../../domain/instrument.ts";
import { findInstrument } from "../../domain/instruments.ts";
import { type EpochMs, epochMs, parseRfc3339, toRfc3339 } from "../../domain/time.ts";
import type { Tick } from "../venue.ts";
import { withFiles } from "../../testing/source_files.ts";
import { mergeTicks } from "../replay/merge.ts";
import { detectSource } from "./detect_source.ts";
import { SourceFileError, type TickSourceFile } from "./source_file.ts";

const at = (text: string): EpochMs => parseRfc3339(text)!;
const day = at("2020-03-04T00:00:00Z");

async function readAll(path: string): Promise<Tick[]> {
  const { files } = await detectSource(path);
  const ticks = files.filter((file): file is TickSourceFile => file.kind === "ticks");
  return (await Array.fromAsync(mergeTicks(ticks))).flat();
}

const listed = ["EURUSD", "USDJPY", "XAUUSD", "XAGUSD"].map((one) => findInstrument(one)!);

/** Ticks of one instrument within `spanMs` of the day, by time, times repeated now and then. */
function ticksOf(instrument: Instrument, spanMs: number, grid = 1): fc.Arbitrary<Tick[]> {
  const one = fc.record({
    ms: fc.integer({ min: 0, max: spanMs - 1 }),
    bid: fc.integer({ min: 1, max: 4_000_000 }),
    spread: fc.integer({ min: 0, max: 500 }),
  });
  return fc.array(one, { minLength: 1, maxLength: 40 }).map((rows) =>
    rows.toSorted((a, b) => a.ms - b.ms).map(({ ms, bid, spread }) => ({
      symbol: instrument.symbol,
      bid: price(bid * grid),
      ask: price((bid + spread) * grid),
      venueTime: epochMs(day + ms),
    }))
  );
}

const listing = fc.constantFrom(...listed);
const rounds = { numRuns: 15 };

/** Dukascopy's records; `grid` is our points in one of theirs. */
function hourFile(ticks: readonly Tick[], grid: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(20 * ticks.length));
  ticks.forEach((tick, i) => {
    view.setUint32(20 * i, (tick.venueTime - day) % 3_600_000);
    view.setUint32(20 * i + 4, tick.ask / grid);
    view.setUint32(20 * i + 8, tick.bid / grid);
  });
  return new Uint8Array(compress(new Uint8Array(view.buffer)));
}

Deno.test("a Dukascopy tree gives back what was written, whichever folder is named", async () => {
  const trees = listing.chain((instrument) => {
    const grid = instrument.symbol === "XAGUSD" ? 100 : 1;
    return fc.record({
      instrument: fc.constant(instrument),
      grid: fc.constant(grid),
      ticks: ticksOf(instrument, 3_600_000, grid),
    });
  });
  await fc.assert(
    fc.asyncProperty(trees, async ({ instrument, grid, ticks }) => {
      const hours = `${instrument.symbol}/2020/02/04`;
      const files = {
        [`${hours}/00h_ticks.bi5`]: hourFile(ticks, grid),
        [`${hours}/01h_ticks.bi5`]: new Uint8Array(),
        [`${hours}/BID_candles_min_1.bi5`]: new Uint8Array(),
      };
      await withFiles(files, async (folder) => {
        for (const named of ["", `/${instrument.symbol}`, `/${hours}`, `/${hours}/00h_ticks.bi5`]) {
          assertEquals(await readAll(folder + named), ticks);
        }
      });
    }),
    rounds,
  );
});

Deno.test("Lean tick zips give back what was written, extra columns ignored", async () => {
  const days = listing.chain((instrument) =>
    ticksOf(instrument, 86_400_000).map((ticks) => ({ instrument, ticks }))
  );
  await fc.assert(
    fc.asyncProperty(days, async ({ instrument, ticks }) => {
      const rows = ticks.map((tick) =>
        [
          tick.venueTime - day,
          formatPrice(tick.bid, instrument),
          formatPrice(tick.ask, instrument),
          0,
        ].join(",")
      );
      const symbol = instrument.symbol.toLowerCase();
      const csv = strToU8(rows.join("\n"));
      const files = {
        [`tick/${symbol}/20200304_quote.zip`]: zipSync({
          [`20200304_${symbol}_tick_quote.csv`]: csv,
        }),
        [`minute/${symbol}/20200304_quote.zip`]: zipSync({ "bars.csv": csv }),
      };
      await withFiles(files, async (folder) => {
        assertEquals(await readAll(folder), ticks);
        assertEquals(await readAll(`${folder}/tick/${symbol}`), ticks);
      });
    }),
    rounds,
  );
});

const trueFxTime = (time: EpochMs): string =>
  toRfc3339(time).replaceAll("-", "").replace("T", " ").replace("Z", "");

Deno.test("TrueFX files give back what was written", async () => {
  const months = listing.chain((instrument) =>
    ticksOf(instrument, 86_400_000).map((ticks) => ({ instrument, ticks }))
  );
  await fc.assert(
    fc.asyncProperty(months, async ({ instrument, ticks }) => {
      const rows = ticks.map((tick) =>
        `${instrument.base}/${instrument.quote},${trueFxTime(tick.venueTime)},` +
        `${formatPrice(tick.bid, instrument)},${formatPrice(tick.ask, instrument)}\r\n`
      );
      await withFiles(
        { "month.csv": rows.join("") },
        async (folder) => assertEquals(await readAll(folder), ticks),
      );
    }),
    rounds,
  );
});

Deno.test("a CSV gives back what was written, in any column order, delimiter and time format", async () => {
  const styles = fc.record({
    delimiter: fc.constantFrom(",", ";", "\t"),
    time: fc.constantFrom(
      (time: EpochMs) => String(time),
      toRfc3339,
      (time: EpochMs) => toRfc3339(time).replace("T", " ").replace("Z", "000+00:00"),
      (time: EpochMs) => toRfc3339(epochMs(time - 9_000_000)).replace("Z", "-02:30"),
    ),
    quoted: fc.boolean(),
    columns: fc.shuffledSubarray(["Time", "BID", "ask", "Symbol", "volume"], { minLength: 5 }),
  });
  const ticks = fc.tuple(...listed.map((one) => ticksOf(one, 60_000)))
    .map((all) => all.flat().toSorted((a, b) => a.venueTime - b.venueTime));
  await fc.assert(
    fc.asyncProperty(styles, ticks, async (style, ticks) => {
      const quote = (cell: string) => style.quoted ? `"${cell}"` : cell;
      const rows = ticks.map((tick) => {
        const instrument = findInstrument(tick.symbol)!;
        const cells: Record<string, string> = {
          Time: style.time(tick.venueTime),
          BID: formatPrice(tick.bid, instrument),
          ask: `${formatPrice(tick.ask, instrument)}000`,
          Symbol: `${instrument.base}/${instrument.quote}`,
          volume: "1.5",
        };
        return style.columns.map((column) => quote(cells[column]!)).join(style.delimiter);
      });
      const text = [style.columns.map(quote).join(style.delimiter), ...rows, ""].join("\n");
      await withFiles(
        { "all.csv": text },
        async (folder) => assertEquals(await readAll(`${folder}/all.csv`), ticks),
      );
    }),
    rounds,
  );
});

Deno.test("a CSV without a symbol column takes the symbol from its name", async () => {
  const text = "timestamp,bid,ask\n2020-03-04T00:00:00Z,1.1,1.2\n";
  for (const name of ["EURUSD.csv", "eur_usd-2020.csv", "DAT_ASCII_EURUSD_T_202003.csv"]) {
    await withFiles({ [name]: text }, async (folder) => {
      assertEquals((await readAll(folder)).map((tick) => tick.symbol as string), ["EURUSD"]);
    });
  }
  await withFiles({ "prices.csv": text }, async (folder) => {
    await assertRejects(() => readAll(folder), SourceFileError, "prices.csv");
  });
});

Deno.test("prices finer than the grid are rounded outwards", async () => {
  const text = "time,bid,ask\n2020-03-04T00:00:00Z,1.100019,1.100021\n";
  await withFiles({ "EURUSD.csv": text }, async (folder) => {
    const [tick] = await readAll(folder);
    assertEquals([tick!.bid, tick!.ask].map(Number), [110_001, 110_003]);
  });
});

const csv = (...rows: string[]) => ["time,bid,ask", ...rows].join("\n");
const good = "2020-03-04T00:00:00Z,1.1,1.2";
const malformed: [string, Record<string, string | Uint8Array>, string][] = [
  ["a word for a price", { "EURUSD.csv": csv(good, "2020-03-04T00:00:01Z,x,1.2") }, "row 3"],
  ["a missing column", { "EURUSD.csv": csv("2020-03-04T00:00:01Z,1.1") }, "row 2"],
  ["a price of zero", { "EURUSD.csv": csv("2020-03-04T00:00:01Z,0.0,1.1") }, "not positive"],
  ["a time without zone", { "EURUSD.csv": csv("2020-03-04T00:00:01,1.1,1.2") }, "zone"],
  ["a day that is none", { "EURUSD.csv": csv("2020-02-30T00:00:01Z,1.1,1.2") }, "2020-02-30"],
  ["time that goes back", { "EURUSD.csv": csv(good, "2020-03-03T00:00:00Z,1.1,1.2") }, "row 3"],
  ["more faults than one", { "EURUSD.csv": csv("x,1,2", good, "y,1,2") }, "2 of 3 rows"],
  ["an unlisted symbol", { "a.csv": "time,symbol,bid,ask\n1583280000000,ABCDEF,1,2" }, "ABCDEF"],
  ["half a record", {
    "EURUSD/2020/02/04/00h_ticks.bi5": new Uint8Array(compress(new Uint8Array(30))),
  }, "30 bytes"],
  ["a record of zeros", {
    "EURUSD/2020/02/04/00h_ticks.bi5": new Uint8Array(compress(new Uint8Array(20))),
  }, "row 1"],
  ["no LZMA", { "EURUSD/2020/02/04/00h_ticks.bi5": strToU8("hello") }, "not LZMA"],
  ["month 12", { "EURUSD/2020/12/04/00h_ticks.bi5": new Uint8Array() }, "00 to 11"],
  ["no zip", { "tick/eurusd/20200304_quote.zip": strToU8("hello") }, "not a zip"],
  ["bars in a tick zip", {
    "tick/eurusd/20200304_quote.zip": zipSync({ "20200304_eurusd_minute_quote.csv": strToU8("") }),
  }, "minute_quote"],
  ["a Lean row after midnight", {
    "tick/eurusd/20200304_quote.zip": zipSync({
      "20200304_eurusd_tick_quote.csv": strToU8("1,1.1,1.2\n86400000,1.1,1.2\n"),
    }),
  }, "row 2"],
];

for (const [what, files, told] of malformed) {
  Deno.test(`a recording with ${what} is refused by name`, async () => {
    await withFiles(files, async (folder) => {
      const error = await assertRejects(() => readAll(folder), SourceFileError, told);
      assertEquals(error.message.includes(Object.keys(files)[0]!), true);
    });
  });
}

Deno.test("a truncated hour file is refused, wherever it is cut", async () => {
  const ticks = fc.sample(ticksOf(listed[0]!, 3_600_000), { seed: 1, numRuns: 1 })[0]!;
  const whole = hourFile(ticks, 1);
  for (const length of [1, 12, 13, 20, Math.floor(whole.length / 2), whole.length - 8]) {
    const files = { "EURUSD/2020/02/04/00h_ticks.bi5": whole.slice(0, length) };
    await withFiles(files, async (folder) => {
      await assertRejects(() => readAll(folder), SourceFileError, "00h_ticks.bi5");
    });
  }
});

Deno.test("detectSource() tells what a folder holds when it holds no ticks", async () => {
  await withFiles({ "readme.md": "hello", "bars.csv": "date,open\n" }, async (folder) => {
    await assertRejects(() => detectSource(folder), Error, "bars.csv");
    await assertRejects(() => detectSource(`${folder}/missing`), Error, "no such folder");
    await assertRejects(() => detectSource("/dev/null"), SourceFileError, "neither a file nor");
  });
});

Deno.test("detectSource() ends where it is told to, between two files", async () => {
  await withFiles(
    { "EURUSD.csv": "time,bid,ask\n2020-03-04T10:00:00Z,1.1,1.2" },
    async (folder) => {
      const signal = AbortSignal.abort(new Error("canceled"));
      await assertRejects(() => detectSource(folder, {}, signal), Error, "canceled");
    },
  );
});
