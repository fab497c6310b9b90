import { assertEquals } from "@std/assert";
import { changePercent, decimalsOf, splitPrice, spreadPips } from "./price_text.ts";

Deno.test("a price is cut at its pips, wherever its point is", () => {
  assertEquals(splitPrice("1.08423", 4), { head: "1.08", pips: "42", rest: "3" });
  assertEquals(splitPrice("156.428", 2), { head: "156.", pips: "42", rest: "8" });
  assertEquals(splitPrice("3230.757", 2), { head: "3230.", pips: "75", rest: "7" });
  assertEquals(splitPrice("1830", 0), { head: "18", pips: "30", rest: "" });
  assertEquals(splitPrice("0.9", 1), { head: "", pips: "0.9", rest: "" });
});

Deno.test("pips, spreads and changes as they are quoted", () => {
  assertEquals([decimalsOf("0.0001"), decimalsOf("0.0100"), decimalsOf("1")], [4, 2, 0]);
  assertEquals(spreadPips("1.08420", "1.08427", "0.0001"), "0.7");
  assertEquals(spreadPips("156.420", "156.431", "0.01"), "1.1");
});

Deno.test("a change is exact, also where it lies on the edge between two texts", () => {
  const change = (from: string, price: string) => changePercent(from, { bid: price, ask: price });
  assertEquals([change("1.00000", "1.01230"), change("2", "1"), change("1", "1")], [
    "+1.23%",
    "−50.00%",
    "±0.00%",
  ]);
  // (1.00615 / 1 - 1) * 100 is 0.6149999999999878 to a float, and 0.615 to everybody else.
  assertEquals([change("1.00000", "1.00615"), change("1.00000", "0.99385")], ["+0.62%", "−0.62%"]);
  assertEquals(changePercent("1.10000", { bid: "1.10010", ask: "1.10013" }), "+0.01%");
  assertEquals(change("3230.750", "3230.588"), "−0.01%");
  assertEquals([change("0", "1"), change("1.1", "")], [null, null]);
});
