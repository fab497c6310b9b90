// Goal: a report is stored before anyone hears of it, an order submitted twice fills once, and a
// restart goes on where the venue stood. Method: the real desk, engine and store (PGlite), random
// orders, prices, repeats and restarts.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { OrderEvent } from "../../shared/contracts/messages/orders.ts";
import { tradingHours } from "../../shared/domain/fx_week.ts";
import { price, type Symbol } from "../../shared/domain/instrument.ts";
import { plainTerms } from "../../shared/domain/orders/order.ts";
import { epochMs, ManualClock } from "../../shared/domain/time.ts";
import { createEventSource } from "../../shared/runtime/events.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import { MemoryStreams } from "../../shared/streams/memory_streams.ts";
import { createFillEngine } from "../../shared/venues/fill_engine.ts";
import {
  createVenueBook,
  type ExecutionDatabase,
  executionMigrations,
  executionSchema,
} from "./venue_book.ts";
import { VenueDesk } from "./venue_desk.ts";

const start = epochMs(Date.UTC(2026, 0, 7, 12));
const store = await openTestStore();
await migrate(store, executionSchema, executionMigrations);
const book = createVenueBook(store.database<ExecutionDatabase>(executionSchema));
const logger = createLogger({ service: "test", level: "silent" });
let runs = 0;
let nextId = 0;

interface Said {
  readonly execId: string;
  readonly execType: string;
  readonly orderId: string;
  readonly units: string | null;
}

interface Asked {
  readonly units: number;
  readonly limit: number | null;
  readonly stop?: number;
  readonly trail?: number;
}

/** A venue that can be restarted: the store and the streams stay, the desk and engine are new. */
class Venue {
  readonly clock = new ManualClock(start);
  readonly streams = new MemoryStreams({ clock: this.clock });
  readonly prefix = `v${runs++}`;
  desk = this.#newDesk();
  #sequence = 0;

  #newDesk(): VenueDesk {
    const engine = createFillEngine({
      name: "simulator",
      seed: "test",
      hours: tradingHours("always"),
      latencyMs: 20,
      partialShare: 0.3,
    });
    return new VenueDesk({
      engine,
      book,
      streams: this.streams,
      events: createEventSource({
        source: "/test",
        ids: { next: () => `id-${nextId++}` },
        clock: this.clock,
      }),
      marketClock: this.clock,
      logger,
      signal: new AbortController().signal,
    });
  }

  async restart(): Promise<void> {
    await this.desk.settled();
    this.desk = this.#newDesk();
    await this.desk.restore();
  }

  async submit(n: number, about: Asked): Promise<void> {
    await this.desk.orders([this.#event("order.submitted", {
      ...{ accountId: this.prefix, orderId: `${this.prefix}.${n}`, clientOrderId: `c-${n}` },
      ...{ symbol: "EURUSD", side: "buy", units: String(about.units), expireTime: null },
      ...plainTerms,
      ...(about.limit === null
        ? { type: "market", timeInForce: "FOK", price: null }
        : { type: "limit", timeInForce: "GTC", price: (about.limit / 1e5).toFixed(5) }),
      ...(about.stop === undefined
        ? {}
        : { type: "stop", price: null, triggerPrice: (about.stop / 1e5).toFixed(5) }),
      ...(about.trail === undefined
        ? {}
        : { type: "trailing_stop", price: null, trailingDistance: (about.trail / 1e5).toFixed(5) }),
      submittedTime: start,
    })]);
  }

  async cancel(n: number): Promise<void> {
    await this.desk.orders([this.#event("order.cancel_requested", {
      accountId: this.prefix,
      orderId: `${this.prefix}.${n}`,
      requestedTime: start,
    })]);
  }

  async replace(n: number, about: { revision: number; units: number; limit: number }) {
    await this.desk.orders([this.#event("order.replace_requested", {
      ...{ accountId: this.prefix, orderId: `${this.prefix}.${n}`, symbol: "EURUSD" },
      ...{ revision: about.revision, units: String(about.units), timeInForce: "GTC" },
      ...{ price: (about.limit / 1e5).toFixed(5), expireTime: null, triggerPrice: null },
      ...{ trailingDistance: null, priceBound: null, requestedTime: start },
    })]);
  }

  quote(bid: number): void {
    const at = this.clock.now();
    this.desk.quotes([{
      symbol: "EURUSD" as Symbol,
      bid: price(bid),
      ask: price(bid + 10),
      venueTime: at,
      receivedTime: at,
      sequence: ++this.#sequence,
    }]);
  }

  pass(ms: number): void {
    this.clock.advanceBy(ms);
    this.desk.advance(this.clock.now());
  }

  async said(): Promise<Said[]> {
    await this.desk.settled();
    const reader = await this.streams.consumer({
      topic: "executions",
      group: `reader-${nextId++}`,
      consumer: "test",
      redeliverAfterMs: 60_000,
      from: "start",
    });
    const read = await reader.read({ max: 10_000, blockMs: 0 });
    return read.map((entry) => JSON.parse(entry.body).data as Said);
  }

  #event(type: OrderEvent["type"], data: Record<string, unknown>): OrderEvent {
    const about = { specversion: "1.0", id: `e-${nextId++}`, source: "/test", time: "now" };
    return { ...about, type, data } as unknown as OrderEvent;
  }
}

Deno.test("an order is acknowledged, filled and reported in that order", async () => {
  const venue = new Venue();
  venue.quote(116_000);
  await venue.submit(3, { units: 1_000, limit: null });
  assertEquals(await venue.said(), []);
  venue.pass(25);
  const types = (await venue.said()).map((one) => one.execType);
  assertEquals([types[0], types.at(-1)], ["new", "trade"]);
});

Deno.test("an order submitted again is answered with the reports it has, and does not fill twice", async () => {
  const venue = new Venue();
  venue.quote(116_000);
  await venue.submit(3, { units: 1_000, limit: null });
  venue.pass(25);
  const first = await venue.said();
  await venue.restart();
  await venue.submit(3, { units: 1_000, limit: null });
  venue.quote(117_000);
  assertEquals(await venue.said(), [...first, ...first]);
});

Deno.test("a held order survives a restart and fills at the price it waits for", async () => {
  const venue = new Venue();
  venue.quote(116_000);
  await venue.submit(3, { units: 1_000, limit: 115_000 });
  venue.pass(25);
  await venue.restart();
  for (let bid = 114_980; bid > 114_900; bid--) {
    venue.pass(10);
    venue.quote(bid);
  }
  const trades = (await venue.said()).filter((one) => one.execType === "trade");
  assertEquals(trades.reduce((sum, one) => sum + Number(one.units), 0), 1_000);
});

Deno.test("a trailing stop stands after a restart where the market took it", async () => {
  const venue = new Venue();
  venue.quote(116_000);
  await venue.submit(3, { units: 1_000, limit: 1, trail: 50 });
  venue.pass(25);
  venue.quote(115_900); // takes the buy stop from 116 060 down to 115 960
  await venue.restart();
  venue.quote(115_940);
  assertEquals((await venue.said()).map((one) => one.execType), ["new"]);
  venue.quote(115_950);
  assertEquals((await venue.said()).map((one) => one.execType).slice(0, 3), [
    "new",
    "triggered",
    "trade",
  ]);
});

Deno.test("a replace sent again, over a restart, is answered with its first answer", async () => {
  const venue = new Venue();
  venue.quote(116_000);
  await venue.submit(3, { units: 1_000, limit: 115_000 });
  venue.pass(25);
  await venue.replace(3, { revision: 1, units: 2_000, limit: 115_100 });
  const first = await venue.said();
  assertEquals(first.map((one) => one.execType), ["new", "replaced"]);
  await venue.restart();
  await venue.replace(3, { revision: 1, units: 2_000, limit: 115_100 });
  assertEquals(await venue.said(), [...first, ...first]);
});

Deno.test("random orders, prices, repeats and restarts fill no order beyond its size", async () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant("submit" as const),
      n: fc.integer({ min: 1, max: 6 }),
      asked: fc.oneof(
        fc.record({ limit: fc.option(fc.integer({ min: 115_950, max: 116_050 })) }),
        fc.record({ limit: fc.constant(1), stop: fc.integer({ min: 115_950, max: 116_050 }) }),
        fc.record({ limit: fc.constant(1), trail: fc.integer({ min: 1, max: 80 }) }),
      ),
    }),
    fc.record({ do: fc.constant("cancel" as const), n: fc.integer({ min: 1, max: 6 }) }),
    fc.record({
      do: fc.constant("quote" as const),
      bid: fc.integer({ min: 115_900, max: 116_100 }),
    }),
    fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ do: fc.constant("restart" as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const venue = new Venue();
      const asked = new Map<number, Omit<Asked, "units">>();
      venue.quote(116_000);
      for (const one of steps) {
        if (one.do === "submit") {
          // Submitted again, an order is the same order.
          if (!asked.has(one.n)) asked.set(one.n, one.asked);
          await venue.submit(one.n, { units: 100, ...asked.get(one.n)! });
        } else if (one.do === "cancel") await venue.cancel(one.n);
        else if (one.do === "quote") venue.quote(one.bid);
        else if (one.do === "pass") venue.pass(one.ms);
        else await venue.restart();
      }
      const byExecId = new Map<string, string>();
      const filled = new Map<string, number>();
      for (const one of await venue.said()) {
        const text = JSON.stringify(one);
        const earlier = byExecId.get(one.execId);
        assert(earlier === undefined || earlier === text, `${one.execId} was said differently`);
        if (earlier !== undefined) continue;
        byExecId.set(one.execId, text);
        filled.set(one.orderId, (filled.get(one.orderId) ?? 0) + Number(one.units ?? 0));
      }
      assert([...filled.values()].every((units) => units <= 100), String([...filled]));
    }),
    { numRuns: 40 },
  );
});
