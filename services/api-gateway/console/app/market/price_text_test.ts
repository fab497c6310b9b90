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
  assertEquals([changePercent(1, 1.0123), changePercent(2, 1), changePercent(1, 1)], [
    "+1.23%",
    "−50.00%",
    "±0.00%",
  ]);
});
