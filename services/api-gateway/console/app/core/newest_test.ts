import { assertEquals } from "@std/assert";
import { Newest } from "./newest.ts";

Deno.test("an answer counts while it is newer than those taken", () => {
  const newest = new Newest();
  const [first, second, third] = [newest.ask(), newest.ask(), newest.ask()];
  assertEquals(second(), true);
  assertEquals(first(), false, "the older one comes last");
  assertEquals(third(), true);
});

Deno.test("an answer about what is no longer shown never counts, even alone", () => {
  const newest = new Newest();
  const before = newest.ask();
  newest.turn();
  assertEquals(before(), false);
  const of = newest.askAnew();
  const other = newest.askAnew();
  assertEquals([of(), other()], [false, true]);
});
