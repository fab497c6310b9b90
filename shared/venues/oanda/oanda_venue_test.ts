// Goal: whatever OANDA's streams do, the venue gives what they said, exactly, and says no more than
// they vouch for. Method: a scripted OANDA over real HTTP, and clocks that the test moves.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { TradingHours } from "../../domain/fx_week.ts";
import type { Symbol } from "../../domain/instrument.ts";
import { seededRandom } from "../../domain/random.ts";
import { type EpochMs, epochMs, ManualClock } from "../../domain/time.ts";
import { eventually } from "../../testing/eventually.ts";
import { ManualTimer } from "../../testing/manual_timer.ts";
import { ScriptedOanda, type ScriptedOandaOptions } from "../../testing/scripted_oanda.ts";
import type { TickBatch } from "../venue.ts";
import { connectionsPerSecondMax } from "./client.ts";
import { createOandaVenue } from "./oanda_venue.ts";

/** A Wednesday afternoon in London. */
const start = epochMs(Date.UTC(2026, 0, 14, 13));
const eurusd = "EURUSD" as Symbol;
const usdjpy = "USDJPY" as Symbol;

interface Run extends AsyncDisposable {
  readonly server: ScriptedOanda;
  readonly steady: ManualTimer;
  /** When each connection was asked for, by the steady clock. */
  readonly asked: readonly EpochMs[];
  readonly batches: TickBatch[];
  /** Lines that were no prices, as they came. */
  readonly refused: string[];
  readonly notes: string[];
  readonly counts: Map<string, number>;
  venue: ReturnType<typeof createOandaVenue>;
  /** `EURUSD 110000 110010` of every tick so far. */
  ticks(): string[];
  withdrawn(): string[];
  /** Moves both clocks. */
  advance(ms: number): Promise<void>;
}

function run(
  options: Pick<ScriptedOandaOptions, "pricing"> & {
    symbols?: Symbol[];
    transactions?: boolean;
  } = {},
): Run {
  const clock = new ManualClock(start);
  const { pricing = [] } = options;
  const server = new ScriptedOanda({ clock, pricing });
  const steady = new ManualTimer(epochMs(1_000_000), () => server.calm());
  const asked: EpochMs[] = [];
  const notes: string[] = [];
  const counts = new Map<string, number>();
  const refused: string[] = [];
  const venue = createOandaVenue({
    access: {
      ...server.access,
      fetch: (input, init) => {
        asked.push(steady.now());
        return server.fetch(input, init);
      },
    },
    symbols: options.symbols ?? [eurusd, usdjpy],
    transactions: options.transactions ?? false,
    hours: new TradingHours(),
    clock,
    steady,
    random: seededRandom("oanda"),
    watch: {
      refused: ({ original }) => void refused.push(original),
      note: (level, message, about) => void notes.push(JSON.stringify([level, message, about])),
      count: (name, label) =>
        void counts.set(`${name} ${label}`, (counts.get(`${name} ${label}`) ?? 0) + 1),
    },
  });
  const abort = new AbortController();
  const batches: TickBatch[] = [];
  const reading = (async () => {
    for await (const batch of venue.ticks(abort.signal)) batches.push(batch);
  })();
  return {
    server,
    steady,
    asked,
    batches,
    refused,
    notes,
    counts,
    venue,
    ticks: () =>
      batches.flatMap(({ ticks }) => ticks.map((one) => `${one.symbol} ${one.bid} ${one.ask}`)),
    withdrawn: () => batches.flatMap(({ withdrawn }) => [...withdrawn ?? []]),
    async advance(ms) {
      for (let left = ms; left > 0; left -= 500) {
        clock.advanceBy(Math.min(left, 500));
        await steady.advanceBy(Math.min(left, 500));
      }
    },
    async [globalThis.Symbol.asyncDispose]() {
      abort.abort();
      await reading;
      await server[globalThis.Symbol.asyncDispose]();
    },
  };
}

const snapshot = ["price EUR_USD 1.10000 1.10010", "price USD_JPY 150.123 150.130", "heartbeat"];

Deno.test("the venue asks for its instruments in one request and gives their prices exactly", async () => {
  await using one = run({ pricing: [snapshot] });
  await eventually(() => assertEquals(one.ticks().length, 2));
  assertEquals(one.ticks(), ["EURUSD 110000 110010", "USDJPY 150123 150130"]);
  assertEquals(one.batches.at(-1)!.time, start);
  const { instruments, headers } = one.server.connections.pricing[0]!;
  assertEquals(instruments, ["EUR_USD", "USD_JPY"]);
  assertEquals(headers.get("accept-encoding"), "identity");
  one.server.say("pricing", "price EUR_USD 1.10001 1.1001100");
  await eventually(() => assertEquals(one.ticks().at(-1), "EURUSD 110001 110011"));
  assertEquals(one.withdrawn(), []);
});

Deno.test("lines are whole however the bytes come, and half a line is none", async () => {
  await using one = run({
    symbols: [eurusd],
    pricing: [["slow price EUR_USD 1.10000 1.10010", "half price EUR_USD 1.30000 1.30010", "cut"]],
  });
  await eventually(() => assertEquals(one.ticks(), ["EURUSD 110000 110010"]));
  one.server.script("pricing", ["price EUR_USD 1.20000 1.20010"]);
  await eventually(async () => {
    await one.advance(500);
    assertEquals(one.ticks(), ["EURUSD 110000 110010", "EURUSD 120000 120010"]);
  });
});

Deno.test("a line nobody understands is counted, and takes nothing with it but its own symbol", async () => {
  await using one = run({ pricing: [snapshot] });
  await eventually(() => assertEquals(one.ticks().length, 2));
  one.server.say(
    "pricing",
    "raw <html>",
    'raw {"type":"PRICE"}',
    "price US30_USD 1.1 1.2",
    "price USD_JPY 150.1234 150.130",
    "price EUR_USD 1.10002 1.10012",
  );
  await eventually(() => assertEquals(one.ticks().at(-1), "EURUSD 110002 110012"));
  assertEquals(one.withdrawn(), ["USDJPY"]);
  assertEquals(Object.fromEntries(one.counts), {
    "lines_refused not_json": 1,
    "lines_refused not_understood": 1,
    "lines_refused unknown_symbol": 1,
    "lines_refused off_grid": 1,
  });
  assertEquals(one.refused.slice(0, 2), ["<html>", '{"type":"PRICE"}']);
  assertEquals(one.refused.length, 4);
});

Deno.test("a price whose line cannot be read takes its symbol's back, and is kept as it came", async () => {
  await using one = run({ pricing: [snapshot] });
  await eventually(() => assertEquals(one.ticks().length, 2));
  const sides = `"bids":[{"price":1.1}],"asks":[{"price":1.2}],"note":"${"x".repeat(900)}"`;
  const numbers = `{"type":"PRICE","instrument":"EUR_USD","time":"2026-01-14T13:00:00Z",${sides}}`;
  const sideless = '{"type":"PRICE","instrument":"USD_JPY","time":"2026-01-14T13:00:00Z"}';
  one.server.say("pricing", `raw ${numbers}`, `raw ${sideless}`);
  await eventually(() => assertEquals(one.withdrawn(), ["EURUSD", "USDJPY"]));
  assertEquals(one.refused, [numbers]);
  assert(one.notes.every((note) => note.length < 500));
});

Deno.test("a line that does not end, and an answer from elsewhere, cost their connection and no more", async () => {
  await using one = run({ pricing: [snapshot, ["refuse 302"], snapshot] });
  await eventually(() => assertEquals(one.ticks().length, 2));
  one.server.say("pricing", `raw ${"x".repeat(70_000)}`);
  await eventually(async () => {
    await one.advance(500);
    assertEquals(one.ticks().length, 4);
  });
  assertEquals(one.server.connections.pricing.length, 3);
  assertEquals([one.withdrawn(), one.refused], [[], []]);
  assert(one.notes.some((note) => note.includes("a line of more than 65536 characters")));
});

Deno.test("a halted instrument, and one without a side, is withdrawn at once", async () => {
  await using one = run({ pricing: [snapshot] });
  await eventually(() => assertEquals(one.ticks().length, 2));
  one.server.say("pricing", "halt EUR_USD", "empty USD_JPY", "halt EUR_USD");
  await eventually(() => assertEquals(one.withdrawn(), ["EURUSD", "USDJPY"]));
});

Deno.test("a silent stream shows life for eight seconds, and is asked for again", async () => {
  await using one = run({ pricing: [snapshot, [], snapshot] });
  await eventually(() => assertEquals(one.ticks().length, 2));
  const silentFrom = one.steady.now();
  const lastLife = () => one.batches.at(-1)!.time - start;
  await one.advance(7_500);
  assert(lastLife() >= 7_000);
  assertEquals(one.server.connections.pricing.length, 1);
  await one.advance(2_500);
  assert(lastLife() <= 8_000);
  await eventually(async () => {
    await one.advance(500);
    assertEquals(one.server.connections.pricing.length, 3);
  });
  await eventually(() => assertEquals(one.ticks().length, 4));
  assert(one.steady.now() - silentFrom < 25_000);
  assert(one.notes.some((note) => note.includes("Nothing was heard for 10000 ms")));
});

Deno.test("heartbeats without prices: prices are asked for again, then withdrawn within two", async () => {
  await using one = run({ pricing: [snapshot, ["heartbeat"], ["heartbeat"], ["heartbeat"]] });
  await eventually(() => assertEquals(one.ticks().length, 2));
  for (let at = 0; at < 10; at++) {
    assertEquals(one.withdrawn(), []);
    await one.advance(1_000);
    one.server.say("pricing", "heartbeat");
    await eventually(() => assert(one.batches.at(-1)!.time >= start + at * 1_000));
    if (one.withdrawn().length > 0) break;
  }
  await eventually(() => assertEquals(one.withdrawn().toSorted(), ["EURUSD", "USDJPY"]));
  assert(one.steady.now() - 1_000_000 <= 10_000);
  assert(one.server.connections.pricing.length >= 2);
});

Deno.test("heartbeats without prices are only quiet when the prices asked for are unchanged", async () => {
  await using one = run({ pricing: [snapshot] });
  await eventually(() => assertEquals(one.ticks().length, 2));
  for (let at = 0; at < 30; at++) {
    await one.advance(1_000);
    one.server.say("pricing", "heartbeat");
  }
  await eventually(() => assert(one.ticks().length >= 6));
  assertEquals(one.withdrawn(), []);
  assertEquals(new Set(one.ticks()).size, 2);
});

Deno.test("prices that die while transactions live are noticed, and the other way round", async () => {
  await using one = run({ transactions: true, pricing: [snapshot] });
  const health = (name: string) => one.venue.streams!().find((stream) => stream.name === name)!;
  await eventually(async () => {
    await one.advance(500); // the second connection waits for its turn
    assertEquals(one.ticks().length, 2);
    assert(health("transactions").connected);
  });
  for (let at = 0; at < 12; at++) {
    one.server.say("transactions", "transaction", "heartbeat");
    await eventually(() => assert(health("transactions").silentMs < 1_000));
    await one.advance(1_000);
  }
  assert(one.counts.get("streams_lost pricing-1") === 1);
  assertEquals(one.counts.get("streams_lost transactions"), undefined);
  await eventually(async () => {
    await one.advance(500);
    assertEquals(health("pricing-1").connections, 2);
  });
  for (let at = 0; at < 12; at++) {
    one.server.say("pricing", `price EUR_USD 1.2000${at % 10} 1.20020`);
    await eventually(() => assert(health("pricing-1").silentMs < 1_000));
    await one.advance(1_000);
  }
  assertEquals(one.counts.get("streams_lost pricing-1"), 1);
  assertEquals(one.counts.get("streams_lost transactions"), 1);
});

Deno.test("a refused token is asked again seldom, and stands in no note", async () => {
  await using one = run({ pricing: [["refuse 401"], ["refuse 403"]] });
  await eventually(() => assert(one.notes.length > 0));
  assert(one.notes[0]!.includes("OANDA answered 401: Refused by the script; check oanda.token"));
  assert(one.notes[0]!.includes('"waitMs":30000'));
  await one.advance(29_500);
  assertEquals(one.server.connections.pricing.length, 1);
  await eventually(async () => {
    await one.advance(500);
    assertEquals(one.server.connections.pricing.length, 2);
  });
  assert(one.notes.every((note) => !note.includes(one.server.token)));
});

Deno.test("a busy venue is left alone for as long as it asks", async () => {
  await using one = run({ pricing: [["refuse 429 7"], snapshot] });
  await eventually(() => assert(one.notes.some((note) => note.includes('"waitMs":7000'))));
  await one.advance(6_500);
  assertEquals(one.server.connections.pricing.length, 1);
  await eventually(async () => {
    await one.advance(500);
    assertEquals(one.ticks().length, 2);
  });
});

Deno.test("a storm of cut connections slows down, and stays within OANDA's limit", async () => {
  const storm = Array.from({ length: 20 }, () => ["heartbeat", "cut"]);
  await using one = run({ pricing: storm });
  const { asked } = one;
  while (asked.length < 9) await one.advance(500);
  const pauses = asked.slice(1).map((time, at) => time - asked[at]!);
  // A quarter of a second first, half a minute at last, each spread over its upper half.
  assert(pauses.at(-1)! >= 15_000);
  for (const [at, time] of asked.entries()) {
    const within = asked.slice(at).filter((other) => other - time < 1_000);
    assert(within.length <= connectionsPerSecondMax);
  }
});

Deno.test("a symbol without a price after opening is withdrawn, whatever it was before", async () => {
  await using one = run({ pricing: [["price EUR_USD 1.1 1.2", "heartbeat"]] });
  await eventually(() => assertEquals(one.ticks().length, 1));
  await eventually(() => assertEquals(one.withdrawn(), ["USDJPY"]));
});

Deno.test("createOandaVenue() refuses no instruments, and ones that are not listed", () => {
  const venue = (symbols: Symbol[]) => () => {
    createOandaVenue({ symbols } as unknown as Parameters<typeof createOandaVenue>[0]);
  };
  assertThrows(venue([]), RangeError, "Cannot stream 0 instruments");
  assertThrows(venue(["ABCDEF" as Symbol]), RangeError, "ABCDEF");
});
