import { assertEquals } from "@std/assert";
import { toCsv } from "./csv.ts";
import { ageText, moneyText, toneOf, unitsText } from "./numbers.ts";

Deno.test("amounts are cut and never rounded up, with a sign as wide as a digit", () => {
  assertEquals(moneyText("1234567.899999"), "1\u202f234\u202f567.89");
  assertEquals(moneyText("-12.345678"), "−12.34");
  assertEquals(moneyText("-0.001"), "0.00", "no minus before nothing");
  assertEquals(moneyText("5", { plus: true }), "+5.00");
  assertEquals([toneOf("0.000000"), toneOf("-0.1"), toneOf("0.1")], ["flat", "loss", "gain"]);
});

Deno.test("units and ages are short", () => {
  assertEquals([unitsText("-10000"), unitsText("999")], ["−10\u202f000", "999"]);
  assertEquals([0, 59_000, 61_000, 7_200_000, 200_000_000].map(ageText), [
    "0s",
    "59s",
    "1m",
    "2h",
    "2d",
  ]);
});

Deno.test("CSV keeps numbers as numbers and runs nothing", () => {
  assertEquals(
    toCsv([["a,b", 'say "hi"', "-1.5", "=1+1", "@x"]]),
    '"a,b","say ""hi""",-1.5,\'=1+1,\'@x\r\n',
  );
});
