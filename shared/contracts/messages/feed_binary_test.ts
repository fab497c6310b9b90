import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { formatPrice, price } from "../../domain/instrument.ts";
import { instruments } from "../../domain/instruments.ts";
import type { QuoteStatus } from "../../domain/quote.ts";
import { epochMs } from "../../domain/time.ts";
import { QuoteDecoder } from "../../sdk/feed_binary.ts";
import {
  binaryKinds,
  fitsRecord,
  instrumentTable,
  pricePointsMax,
  quoteFrameBytes,
  writeFrameHead,
  writeQuoteRecord,
} from "./feed_binary.ts";

const statuses: QuoteStatus[] = ["live", "quiet", "stale", "closed"];
const points = fc.integer({ min: 0, max: pricePointsMax });
const time = fc.integer({ min: 0, max: 2 ** 48 - 1 }).map(epochMs);
const entries = fc.array(
  fc.record({
    instrument: fc.constantFrom(...instruments),
    bid: points,
    ask: points,
    venueTime: time,
    receivedTime: time,
    sequence: fc.maxSafeNat(),
    status: fc.constantFrom(...statuses),
  }),
  { maxLength: 20 },
);
type Entry = ReturnType<typeof entries.generate>["value"][number];

const quoteOf = ({ instrument, bid, ask, venueTime, receivedTime, sequence }: Entry) => ({
  symbol: instrument.symbol,
  bid: price(bid),
  ask: price(ask),
  venueTime,
  receivedTime,
  sequence,
});

function write(all: readonly Entry[]): Uint8Array {
  const bytes = new Uint8Array(quoteFrameBytes(all.length));
  const view = new DataView(bytes.buffer);
  writeFrameHead(view, binaryKinds.quotes, all.length);
  all.forEach((one, at) => writeQuoteRecord(view, at, { quote: quoteOf(one), status: one.status }));
  return bytes;
}

const decoder = new QuoteDecoder({ instruments: instrumentTable });

Deno.test("the SDK reads every quote as the edge wrote it", () => {
  fc.assert(fc.property(entries, (all) => {
    assertEquals(decoder.read(write(all)), {
      type: "quotes",
      quotes: all.map((one) => ({
        symbol: one.instrument.symbol,
        bid: formatPrice(price(one.bid), one.instrument),
        ask: formatPrice(price(one.ask), one.instrument),
        time: one.venueTime,
        receivedTime: one.receivedTime,
        sequence: one.sequence,
        status: one.status,
      })),
    });
  }));
});

Deno.test("the example of FEED_BINARY.md is what the edge writes", async () => {
  const text = await Deno.readTextFile(new URL("FEED_BINARY.md", import.meta.url));
  const example = /```\n((?:[0-9a-f]{2}[ \n])+)```/.exec(text)![1]!;
  const bytes = Uint8Array.from(example.trim().split(/\s+/), (byte) => parseInt(byte, 16));
  const written = write([{
    instrument: instruments[0]!,
    bid: 84_100,
    ask: 84_112,
    venueTime: epochMs(1_767_605_400_000),
    receivedTime: epochMs(1_767_605_400_000),
    sequence: 7,
    status: "live",
  }]);
  assertEquals([...written], [...bytes]);
});

Deno.test("the SDK steps over longer records and newer kinds, and throws on what is no message", () => {
  const [one] = fc.sample(entries.filter((all) => all.length === 1), 1);
  const bytes = write(one!);
  const longer = new Uint8Array(48);
  longer.set(bytes);
  longer[2] = 40;
  assertEquals(decoder.read(longer), decoder.read(bytes));
  const newer = bytes.slice();
  newer[1] = 9;
  assertEquals(decoder.read(newer), null);
  const wrongs = [bytes.subarray(0, 7), bytes.subarray(0, 39), new Uint8Array(8)];
  for (const [at, value] of [[0, 2], [2, 31], [8, 255], [10, 4]] as const) {
    const wrong = bytes.slice();
    wrong[at] = value;
    wrongs.push(wrong);
  }
  for (const wrong of wrongs) assertThrows(() => decoder.read(wrong), TypeError);
});

Deno.test("a price without a place in the record is not written", () => {
  const [entry] = fc.sample(entries.filter((all) => all.length > 0), 1)[0]!;
  const quote = quoteOf({ ...entry!, ask: pricePointsMax + 1 });
  assertEquals(fitsRecord(quote), false);
  const view = new DataView(new ArrayBuffer(quoteFrameBytes(1)));
  assertThrows(() => writeQuoteRecord(view, 0, { quote, status: "live" }), RangeError);
});
