// Goal: nothing that happens, in whatever order, leaves a follower waiting for ever: once the client
// reads and the trading gateway answers, it has every transaction, once and in order. Method: random
// sequences of bookings told, lost, repeated and reversed, reads that are slow or fail, clients that
// stop reading, prices that move; reads are answered when a step says so, on a clock of the test's own.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { BookedTransaction } from "../../../shared/contracts/messages/feed_account.ts";
import { feedLimits } from "../../../shared/contracts/messages/feed.ts";
import { tradingHours } from "../../../shared/domain/fx_week.ts";
import { price, type Symbol } from "../../../shared/domain/instrument.ts";
import { epochMs, ManualClock } from "../../../shared/domain/time.ts";
import { nextTurn } from "../../../shared/runtime/time.ts";
import { EdgeMarket } from "../market/edge_market.ts";
import { AccountHub } from "./account_hub.ts";
import type { AccountSource } from "./account_source.ts";
import type { Frame } from "./channel_board.ts";
import { FeedClient, type FeedSocket } from "./feed_client.ts";

const reader = {
  accountId: "demo",
  auth: { subject: "key:test", permissions: new Set<never>(), accounts: "all" as const },
};

const turnMs = 25;
const step = fc.oneof(
  fc.record({
    do: fc.constant("book" as const),
    many: fc.integer({ min: 1, max: 400 }),
    told: fc.constantFrom("once", "twice", "reversed", "but the first", "not"),
  }),
  fc.record({ do: fc.constant("answer" as const), fails: fc.boolean() }),
  fc.record({ do: fc.constant("read" as const), reads: fc.boolean() }),
  fc.record({ do: fc.constant("pass" as const), turns: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ do: fc.constant("values" as const), many: fc.integer({ min: 1, max: 30 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class World implements FeedSocket {
  readonly seen: number[] = [];
  #reads = true;
  readonly #clock = new ManualClock(epochMs(Date.UTC(2026, 0, 7, 12)));
  readonly #market = new EdgeMarket({ hours: tradingHours("always"), clock: this.#clock });
  readonly #log: BookedTransaction[] = [];
  #asked: ((fails: boolean) => void)[] = [];
  #unread = 0;
  #still = 0;
  #bid = 110_000;
  readonly #hub: AccountHub;

  constructor() {
    const source: AccountSource = {
      snapshot: () => Promise.reject(new Error("Nobody asks for one")),
      // Read first, answered later: what is booked meanwhile is not in it.
      transactions: (_, since) => {
        const transactions = this.#log.slice(since, since + 500);
        const page = { transactions, lastTransactionId: this.#log.length };
        return new Promise((resolve, reject) =>
          this.#asked.push((fails) => fails ? reject(new Error("Away")) : resolve(page))
        );
      },
    };
    this.#hub = new AccountHub({ source, market: this.#market, clock: this.#clock });
    const client = new FeedClient(this);
    const refused = () => assert(false, "never refused");
    this.#hub.follow({ reader, since: 0, client, opened: () => {}, refused }).advance();
  }

  /** A client that reads takes all there is, whether or not the edge looks while it does. */
  set reads(reads: boolean) {
    this.#reads = reads;
    if (reads) this.#unread = 0;
  }

  get bufferedAmount(): number {
    return this.#unread;
  }

  send(frame: Frame): void {
    if (!this.#reads) this.#unread += frame.length;
    for (const one of JSON.parse(frame as string).transactions ?? []) {
      this.seen.push(one.transactionId);
    }
  }

  get last(): number {
    return this.#log.length;
  }

  async take(one: Step): Promise<void> {
    if (one.do === "book") this.#book(one.many, one.told);
    else if (one.do === "read") this.reads = one.reads;
    else if (one.do === "pass") this.pass(one.turns);
    else if (one.do === "values") this.#move(one.many);
    else await this.answer(one.fails);
  }

  /** Answers one read, whoever waits for it goes on. */
  async answer(fails: boolean): Promise<void> {
    this.#asked.shift()?.(fails);
    await nextTurn();
  }

  /** A client that has read nothing for long reads before it counts as stalled. */
  pass(turns: number): void {
    for (let n = 0; n < turns; n++) {
      this.#still = this.#reads ? 0 : this.#still + 1;
      if (this.#still * turnMs > feedLimits.stalledMsMax - 1_000) this.reads = true;
      this.#clock.advanceTo(epochMs(this.#clock.now() + turnMs));
      this.#hub.turn();
    }
  }

  /** The account is told to have changed, and a price is: what it is worth goes out. */
  #move(many: number): void {
    for (let n = 0; n < many; n++) {
      const now = this.#clock.now();
      const times = { venueTime: now, receivedTime: now, sequence: this.#bid };
      const sides = { bid: price(++this.#bid), ask: price(this.#bid + 10) };
      this.#market.quotes.apply({ symbol: "EURUSD" as Symbol, ...sides, ...times });
      this.pass(20);
    }
  }

  #book(many: number, told: string): void {
    const booked = Array.from({ length: many }, (_, at): BookedTransaction => ({
      accountId: "demo",
      transactionId: this.last + at + 1,
      type: "order_acknowledged",
      time: "2026-01-07T12:00:00.000Z",
      orderId: "demo.1",
    }));
    this.#log.push(...booked);
    if (told === "but the first") this.#hub.take(booked.slice(1));
    else if (told !== "not") this.#hub.take(told === "reversed" ? booked.toReversed() : booked);
    if (told === "twice") this.#hub.take(booked);
    this.#announce();
  }

  #announce(): void {
    this.#market.takeAccount({
      accountId: "demo",
      tenant: "default",
      currency: "USD",
      positionMode: "netting",
      balance: "1000",
      lastTransactionId: this.last,
      openOrders: 0,
      positions: [{ symbol: "EURUSD", units: "1000", openCost: "1100" }],
    });
  }
}

/** Turns in which whoever is not lost has long been served: every wait is shorter. */
const turnsMax = 1_000;

Deno.test("whatever crosses, a client that reads has every transaction in the end, once", async () => {
  assert(turnsMax * turnMs > feedLimits.stalledMsMax);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: "max" }), async (steps) => {
      const world = new World();
      await world.answer(false);
      for (const one of steps) await world.take(one);
      world.reads = true;
      for (let turn = 0; turn < turnsMax && world.seen.length < world.last; turn++) {
        await world.answer(false);
        world.pass(1);
      }
      assertEquals(world.seen, Array.from({ length: world.last }, (_, at) => at + 1));
    }),
    { numRuns: 300 },
  );
});
