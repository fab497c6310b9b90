import { assertEquals } from "@std/assert";
import { price, type Symbol } from "../domain/instrument.ts";
import { epochMs } from "../domain/time.ts";
import { TickQueue, waitingTicksMax } from "./tick_queue.ts";

const tick = (symbol: string, bid: number) => ({
  symbol: symbol as Symbol,
  bid: price(bid),
  ask: price(bid + 1),
  venueTime: epochMs(bid),
});
const { signal } = new AbortController();

Deno.test("TickQueue gives ticks in order, and a withdrawal after the ticks before it", async () => {
  const queue = new TickQueue(() => {});
  queue.push(tick("EURUSD", 1));
  queue.withdraw("USDJPY" as Symbol);
  queue.withdraw("EURUSD" as Symbol);
  queue.push(tick("EURUSD", 2));
  assertEquals(await queue.take(signal), {
    ticks: [tick("EURUSD", 1)],
    withdrawn: ["USDJPY" as Symbol],
  });
  assertEquals(await queue.take(signal), {
    ticks: [tick("EURUSD", 2)],
    withdrawn: ["EURUSD" as Symbol],
  });
});

Deno.test("TickQueue keeps the newest of each symbol when nobody takes, and counts the rest", async () => {
  let passedOver = 0;
  const queue = new TickQueue((ticks) => passedOver += ticks);
  queue.withdraw("GBPUSD" as Symbol);
  for (let at = 0; at <= waitingTicksMax; at++) {
    queue.push(tick(at % 2 === 0 ? "EURUSD" : "USDJPY", at));
  }
  const taken = await queue.take(signal);
  assertEquals(taken!.ticks.map(({ bid }) => bid as number), [
    waitingTicksMax - 1,
    waitingTicksMax,
  ]);
  assertEquals(taken!.withdrawn, ["GBPUSD" as Symbol]);
  assertEquals(passedOver, waitingTicksMax - 1);
});

Deno.test("TickQueue.take() ends with its signal", async () => {
  const abort = new AbortController();
  const taking = new TickQueue(() => {}).take(abort.signal);
  abort.abort();
  assertEquals(await taking, null);
});
