import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatPrice, price } from "../../domain/instrument.ts";
import { instruments } from "../../domain/instruments.ts";
import { epochMs, toRfc3339 } from "../../domain/time.ts";
import { parsePricingLine, parseTransactionLine } from "./parse.ts";
import { fromOandaName, toOandaName } from "./symbols.ts";

const start = Date.UTC(2026, 0, 14, 13);

Deno.test("every listed instrument has one name at OANDA, and is found by it", () => {
  for (const instrument of instruments) {
    assertEquals(fromOandaName(toOandaName(instrument.symbol)), instrument);
  }
  for (const name of ["EURUSD", "EUR_USD_", "US30_USD", "eur_usd", ""]) {
    assertEquals(fromOandaName(name), undefined, name);
  }
});

Deno.test("parsePricingLine() reads the best of each side exactly, whatever the order of buckets", () => {
  const points = fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.constantFrom(...instruments), points, points, (instrument, bids, asks) => {
      const buckets = (side: number[]) =>
        side.map((one) => ({ price: formatPrice(price(one), instrument), liquidity: 1 }));
      const line = JSON.stringify({
        type: "PRICE",
        instrument: toOandaName(instrument.symbol),
        time: toRfc3339(epochMs(start)).replace("Z", "123456Z"),
        bids: buckets(bids),
        asks: buckets(asks),
      });
      assertEquals(parsePricingLine(line), {
        kind: "price",
        tick: {
          symbol: instrument.symbol,
          bid: price(Math.max(...bids)),
          ask: price(Math.min(...asks)),
          venueTime: epochMs(start),
        },
      });
    }),
  );
});

Deno.test("no line makes the parsers throw, and a refused one is kept whole", () => {
  const lines = fc.oneof(fc.string({ maxLength: 500 }), fc.json(), fc.constant('{"type":"PRICE"}'));
  fc.assert(fc.property(lines, (line) => {
    for (const message of [parsePricingLine(line), parseTransactionLine(line)]) {
      if (message.kind === "refused") assertEquals(message.line, line);
    }
  }));
});
