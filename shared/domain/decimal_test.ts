import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  divideHalfEven,
  formatScaled,
  formatScaledBig,
  parseScaled,
  parseScaledBig,
} from "./decimal.ts";

Deno.test("parseScaled() and formatScaled() are inverse on every grid", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 6 }), (value, precision) => {
    assertEquals(parseScaled(formatScaled(value, precision), precision), value === 0 ? 0 : value);
  }));
  fc.assert(fc.property(fc.bigInt(), fc.integer({ min: 0, max: 12 }), (value, precision) => {
    if (value > 10n ** 40n || value < -(10n ** 40n)) return;
    const text = formatScaledBig(value, precision);
    if (text.replace(/^-/, "").split(".")[0]!.length > 30) return;
    assertEquals(parseScaledBig(text, precision), value);
  }));
});

Deno.test("parseScaled() names what is wrong with a text", () => {
  const cases: [string, number, number | string][] = [
    ["1.14321", 5, 114321],
    ["1.143210000", 5, 114321],
    ["-0.5", 1, -5],
    ["-0", 5, 0],
    ["0007", 0, 7],
    ["1.143215", 5, "too_precise"],
    ["1000.5", 0, "too_precise"],
    ["99999999999999999", 0, "too_large"],
    ["9007199254740993", 0, "too_large"],
    ["", 5, "malformed"],
    ["-", 5, "malformed"],
    [".5", 5, "malformed"],
    ["5.", 5, "malformed"],
    ["+1", 5, "malformed"],
    [" 1", 5, "malformed"],
    ["1e5", 5, "malformed"],
    ["1e400", 5, "malformed"],
    ["NaN", 5, "malformed"],
    ["Infinity", 5, "malformed"],
    ["0x10", 5, "malformed"],
    ["1.2.3", 5, "malformed"],
    ["١", 0, "malformed"],
  ];
  for (const [text, precision, expected] of cases) {
    assertEquals(parseScaled(text, precision), expected, `"${text}" at ${precision}`);
  }
});

Deno.test("parseScaled() never answers with anything but a safe integer or a fault", () => {
  fc.assert(fc.property(fc.string(), fc.integer({ min: 0, max: 6 }), (text, precision) => {
    const value = parseScaled(text, precision);
    if (typeof value === "number") assertEquals(Number.isSafeInteger(value), true);
  }));
});

Deno.test("divideHalfEven() rounds to the nearest, ties to even, on both sides of zero", () => {
  const cases: [bigint, bigint, bigint][] = [
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-5n, 2n, -2n],
    [-7n, 2n, -4n],
    [5n, -2n, -2n],
    [10n, 4n, 2n],
    [11n, 4n, 3n],
    [1n, 3n, 0n],
    [-2n, 3n, -1n],
  ];
  for (const [n, d, expected] of cases) assertEquals(divideHalfEven(n, d), expected, `${n}/${d}`);
  fc.assert(fc.property(fc.bigInt(), fc.bigInt({ min: 1n }), (n, d) => {
    const error = divideHalfEven(n, d) * d - n;
    assertEquals((error < 0n ? -error : error) * 2n <= d, true);
  }));
});
