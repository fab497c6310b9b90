import { assertEquals } from "@std/assert";
import { FrameLoop } from "./frame_loop.ts";

Deno.test("what asks often between two frames is painted once, and frames are asked for when needed", () => {
  const frames: ((at: number) => void)[] = [];
  const loop = new FrameLoop((run) => frames.push(run));
  const painted: string[] = [];
  const one = () => painted.push("one");
  const two = () => {
    painted.push("two");
    loop.ask(one);
  };
  for (let n = 0; n < 100; n++) loop.ask(one);
  loop.ask(two);
  assertEquals([frames.length, painted], [1, []]);
  frames.shift()!(0);
  assertEquals(painted, ["one", "two"]);
  frames.shift()!(0);
  assertEquals([painted.length, frames.length], [3, 0], "asked within a frame: the next one");
});
