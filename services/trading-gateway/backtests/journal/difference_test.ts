// Goal: the difference names what either side has alone, pairs what answers to each other, and sees
// another order of the same things.

import { assertEquals } from "@std/assert";
import { differenceOf } from "./difference.ts";

const lines = (text: string) =>
  text.split(" ").filter((one) => one !== "").map((one) => ({
    key: one.split("=")[0]!,
    text: one,
  }));
const found = (recorded: string, replayed: string) =>
  differenceOf(lines(recorded), lines(replayed)).join(", ");

Deno.test("equal journals have no difference, and neither have empty ones", () => {
  assertEquals(found("a=1 b=2", "a=1 b=2"), "");
  assertEquals(found("", ""), "");
});

Deno.test("what changed stands together; what one side has alone stands alone", () => {
  assertEquals(found("a=1 b=2 c=3", "a=1 b=5 c=3"), "- b=2, + b=5");
  assertEquals(found("a=1 b=2 c=3", "a=1 c=3"), "- b=2");
  assertEquals(found("a=1 c=3", "a=1 b=2 c=3"), "+ b=2");
  assertEquals(found("a=1", "a=1 b=2 c=3"), "+ b=2, + c=3");
  assertEquals(found("a=1 b=2 c=3", "x=1 c=3"), "+ x=1, - a=1, - b=2");
});

Deno.test("the same things in another order are a difference", () => {
  assertEquals(found("a=1 b=2", "b=2 a=1"), "- a=1, + a=1");
});
