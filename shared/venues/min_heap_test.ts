import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MinHeap } from "./min_heap.ts";

Deno.test("pop() gives what was pushed, least first, whatever the order of pushes and pops", () => {
  const steps = fc.array(fc.option(fc.integer(), { freq: 3 }), { maxLength: 200 });
  fc.assert(fc.property(steps, (steps) => {
    const heap = new MinHeap<number>((a, b) => a < b);
    const model: number[] = [];
    for (const step of [...steps, ...steps.map(() => null)]) {
      if (step === null) assertEquals(heap.pop(), model.shift());
      else {
        heap.push(step);
        model.push(step);
        model.sort((a, b) => a - b);
      }
      assertEquals(heap.peek(), model[0]);
      assertEquals(heap.size, model.length);
    }
  }));
});
