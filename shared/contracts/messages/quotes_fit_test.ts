import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import * as v from "valibot";
import { instruments } from "../../domain/instruments.ts";
import { quoteEvent } from "./quotes.ts";
import { fitsQuotes } from "./quotes_fit.ts";

const number = fc.oneof(
  { weight: 200, arbitrary: fc.nat() },
  fc.constantFrom(-1, 1.5, 2 ** 53, NaN),
);
const text = fc.oneof(
  { weight: 200, arbitrary: fc.constantFrom("1.10000", "0.1", "150.123") },
  fc.constantFrom("", ".", "1.", ".1", "1", "1.1.1", "-1.1", "1e5", " 1.1", "1.1234567890123"),
);
const listed = fc.constantFrom(...instruments).map((one) => one.symbol as string);
const symbol = fc.oneof(
  { weight: 200, arbitrary: listed },
  fc.constantFrom("eurusd", "EURUS", "EURUSDX", "EUR/US", "€URUSD", "ABCDEF"),
);
const row = fc.tuple(symbol, text, text, number, number, number);
const odd = <T>(usual: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 100, arbitrary: usual as fc.Arbitrary<unknown> },
    fc.constantFrom<unknown>(undefined, null, 1, "", [], {}, "x"),
  );
const event = fc.record({
  specversion: odd(fc.constant("1.0")),
  id: odd(fc.string({ minLength: 1, maxLength: 40 })),
  source: odd(fc.constant("/workers/ingest")),
  type: odd(fc.constant("quotes.received")),
  time: fc.oneof(
    { weight: 20, arbitrary: fc.constant("2026-01-05T09:30:00.000Z") },
    fc.constantFrom("2026-01-05T09:30:00Z", "2026-01-05", 5),
  ),
  data: odd(fc.record({
    venue: odd(fc.string()),
    quotes: odd(fc.array(odd(row), { minLength: 1, maxLength: 3 })),
  }, { noNullPrototype: true })),
  subject: fc.constant("EURUSD"),
  extra: fc.constant(1),
}, {
  noNullPrototype: true,
  requiredKeys: ["specversion", "id", "source", "type", "time", "data"],
});

Deno.test("what fits is what the schema takes as it is", () => {
  fc.assert(
    fc.property(event, (value) => {
      if (!fitsQuotes(value)) return;
      assertEquals(v.parse(quoteEvent, value), value as v.InferOutput<typeof quoteEvent>);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("every event that ingest writes fits", () => {
  const digits = fc.integer({ min: 0, max: 99_999_999 }).map((points) => (points / 1e5).toFixed(5));
  const rows = fc.array(
    fc.tuple(listed, digits, digits, fc.nat(), fc.nat(), fc.maxSafeNat()),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(fc.property(rows, fc.uuid(), (quotes, id) => {
    const time = "2026-01-05T09:30:00.000Z";
    const data = { venue: "simulator", quotes };
    const head = { specversion: "1.0", id, source: "/workers/ingest" };
    assert(fitsQuotes({ ...head, type: "quotes.received", time, data }));
  }));
});
