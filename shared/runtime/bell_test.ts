import { assertEquals } from "@std/assert";
import { Bell } from "./bell.ts";

const never = new AbortController().signal;
const forever = 2 ** 31 - 1;

Deno.test("a ring ends the wait, and one that came before it is not lost", async () => {
  const bell = new Bell();
  bell.ring();
  bell.ring();
  assertEquals(await bell.wait(forever, never), true);
  const waiting = bell.wait(forever, never);
  bell.ring();
  assertEquals(await waiting, true);
  assertEquals(await bell.wait(1, never), false, "each ring counts once");
});

Deno.test("a signal ends the wait too, before it and during it", async () => {
  const bell = new Bell();
  const ending = new AbortController();
  const waiting = bell.wait(forever, ending.signal);
  ending.abort();
  assertEquals(await waiting, false);
  assertEquals(await bell.wait(forever, ending.signal), false);
});
