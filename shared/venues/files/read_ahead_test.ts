import { assert, assertEquals, assertRejects } from "@std/assert";
import { price, type Symbol } from "../../domain/instrument.ts";
import { epochMs } from "../../domain/time.ts";
import { memoryFile } from "../../testing/source_files.ts";
import { readAhead } from "./read_ahead.ts";
import { SourceFileError, type TickSourceFile } from "./source_file.ts";

const ticks = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({
    symbol: "EURUSD" as Symbol,
    bid: price(1),
    ask: price(2),
    venueTime: epochMs(from + at),
  }));

/** A file that says when it is opened and closed. */
function watched(name: string, log: string[], file: TickSourceFile): TickSourceFile {
  return {
    ...file,
    path: name,
    async *read() {
      log.push(`open ${name}`);
      try {
        yield* file.read();
      } finally {
        log.push(`close ${name}`);
      }
    },
  };
}

Deno.test("readAhead() gives files in order, opens two ahead, and closes all", async () => {
  const log: string[] = [];
  const files = ["a", "b", "c", "d"].map((name, at) =>
    watched(name, log, memoryFile(ticks(10 * at, 5), 2))
  );
  const times: number[] = [];
  for await (const { file, chunk } of readAhead(files)) {
    if (times.length === 0) assertEquals(log, ["open a", "open b", "open c"]);
    if ("ticks" in chunk) times.push(...chunk.ticks.time);
    log.push(file.path);
  }
  assertEquals(times, [0, 10, 20, 30].flatMap((from) => [0, 1, 2, 3, 4].map((at) => from + at)));
  assertEquals(log.filter((one) => one.startsWith("close")).length, 4);
});

Deno.test("readAhead() closes what it opened when its reader stops early", async () => {
  const log: string[] = [];
  const files = ["a", "b", "c"].map((name) => watched(name, log, memoryFile(ticks(0, 5), 2)));
  for await (const _ of readAhead(files)) break;
  assertEquals(log.filter((one) => one.startsWith("close")).toSorted(), [
    "close a",
    "close b",
    "close c",
  ]);
});

Deno.test("readAhead() tells of a faulty file when its turn comes", async () => {
  const faulty: TickSourceFile = {
    ...memoryFile([]),
    // deno-lint-ignore require-yield
    async *read() {
      await Promise.resolve();
      throw new SourceFileError("b", "it is broken");
    },
  };
  let count = 0;
  const read = async () => {
    for await (const _ of readAhead([memoryFile(ticks(0, 6), 2), faulty])) count++;
  };
  await assertRejects(read, SourceFileError, "it is broken");
  assert(count === 3);
});
