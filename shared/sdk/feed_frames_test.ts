import fc from "fast-check";
import * as v from "valibot";
import { assertEquals, assertThrows } from "@std/assert";
import * as contract from "../contracts/messages/feed.ts";
import {
  type ClientFrame,
  type FeedChannel,
  feedPath,
  type FeedProblemCode,
  type FeedQuote,
  type LiveBar,
  type LiveSignal,
  readServerFrame,
  type ServerFrame,
  symbolsPerFrameMax,
} from "./feed_frames.ts";
import type { Transaction } from "./generated/types.gen.ts";

/** Does not compile unless both types are the same, in both directions. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
const same = <A, B>(_proof: Same<A, B>): void => {};

Deno.test("the frame types are those of the platform's schemas, as the compiler sees them", () => {
  // Their transactions, orders and positions are the OpenAPI document's, which types them.
  type Documented = "account_snapshot" | "transactions";
  same<
    Exclude<ServerFrame, { type: Documented }>,
    Exclude<contract.ServerFrame, { type: Documented }>
  >(true);
  same<ServerFrame["type"], contract.ServerFrame["type"]>(true);
  same<ClientFrame, contract.ClientFrame>(true);
  same<FeedQuote, contract.FeedQuote>(true);
  same<FeedChannel, contract.FeedChannel>(true);
  same<FeedProblemCode, contract.FeedProblemCode>(true);
});

const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(model, { noNullPrototype: true });
const price = fc.integer({ min: 1, max: 99_999_999 }).map((points) => (points / 1e5).toFixed(5));
const time = fc.integer({ min: 0, max: 4e12 });
const symbols = fc.array(fc.stringMatching(/^[A-Z]{6}$/), { minLength: 1, maxLength: 5 });
const id = fc.string({ maxLength: 64 });
const quote: fc.Arbitrary<FeedQuote> = record({
  symbol: fc.stringMatching(/^[A-Z]{6}$/),
  bid: price,
  ask: price,
  time,
  receivedTime: time,
  sequence: fc.nat(),
  status: fc.constantFrom("live", "quiet", "stale", "closed"),
});
const quotes = fc.array(quote, { maxLength: 5 });
const bar: fc.Arbitrary<LiveBar> = record({
  symbol: fc.stringMatching(/^[A-Z]{6}$/),
  side: fc.constantFrom("bid", "ask", "mid"),
  granularity: fc.constant("M1"),
  openTime: time,
  open: price,
  high: price,
  low: price,
  close: price,
  ticks: fc.nat(),
  state: fc.constantFrom("partial", "final", "corrected"),
  version: fc.nat(),
});
const signal: fc.Arbitrary<LiveSignal> = record({
  symbol: fc.stringMatching(/^[A-Z]{6}$/),
  study: fc.constantFrom("averages_cross", "range_break", "rsi_turn"),
  granularity: fc.constantFrom("M1", "M5", "M15"),
  time,
  direction: fc.constantFrom("up", "down"),
  price,
  state: fc.constantFrom("raised", "withdrawn"),
  sequence: fc.nat(),
});
const accountId = fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/);
const transaction: fc.Arbitrary<Transaction> = record({
  accountId,
  transactionId: fc.nat(),
  type: fc.constantFrom("order_accepted", "order_filled"),
  time: fc.constant("2026-01-07T12:00:00.000Z"),
  units: price,
});
const symbolsOrAll = fc.oneof(fc.constant("*" as const), symbols);

const serverFrames: fc.Arbitrary<ServerFrame> = fc.oneof(
  record({ type: fc.constant("authenticated" as const) }),
  record({
    type: fc.constant("subscribed" as const),
    channel: fc.constantFrom(...contract.feedChannels),
    symbols: symbolsOrAll,
    intervalMs: fc.constantFrom(...contract.feedIntervalsMs),
    id,
  }),
  record({
    type: fc.constant("gap" as const),
    channel: fc.constantFrom(...contract.feedChannels),
    symbols,
  }),
  record({
    type: fc.constant("table" as const),
    instruments: fc.array(
      record({
        index: fc.nat(65_535),
        symbol: fc.stringMatching(/^[A-Z]{6}$/),
        pricePrecision: fc.nat(6),
      }),
      { maxLength: 5 },
    ),
  }),
  record({
    type: fc.constant("bars" as const),
    snapshot: fc.boolean(),
    bars: fc.array(bar, { maxLength: 3 }),
  }),
  record({
    type: fc.constant("signals" as const),
    snapshot: fc.boolean(),
    signals: fc.array(signal, { maxLength: 3 }),
  }),
  record({
    type: fc.constant("subscribed" as const),
    channel: fc.constant("account" as const),
    accounts: fc.array(accountId),
    id,
  }),
  record({
    type: fc.constant("transactions" as const),
    accountId,
    transactions: fc.array(transaction, { minLength: 1, maxLength: 3 }),
  }),
  record({
    type: fc.constant("account_values" as const),
    accountId,
    lastTransactionId: fc.nat(),
    time,
    balance: price,
    unrealised: fc.option(price),
    equity: fc.option(price),
    marginUsed: fc.option(price),
    marginAvailable: fc.option(price),
  }),
  record({ type: fc.constantFrom("snapshot" as const, "quotes" as const), quotes }),
  record({ type: fc.constant("heartbeat" as const), time }),
  record({
    type: fc.constant("error" as const),
    code: fc.constantFrom(...contract.feedProblemCodes),
    detail: fc.string(),
  }),
);

const clientFrames: fc.Arbitrary<ClientFrame> = fc.oneof(
  record({
    type: fc.constant("authenticate" as const),
    key: fc.string({ minLength: 1, maxLength: 256 }),
  }),
  record({ type: fc.constant("subscribe" as const), symbols: symbolsOrAll, id }),
  record({ type: fc.constant("unsubscribe" as const), symbols: symbolsOrAll, id }),
  record({
    type: fc.constant("subscribe" as const),
    channel: fc.constant("account" as const),
    accountId,
    since: fc.nat(),
    id,
  }),
  record({
    type: fc.constant("unsubscribe" as const),
    channel: fc.constant("account" as const),
    accountId,
  }),
  record({
    type: fc.constant("subscribe" as const),
    channel: fc.constantFrom(...contract.feedChannels),
    symbols,
    intervalMs: fc.constantFrom(...contract.feedIntervalsMs),
    resume: fc.dictionary(fc.stringMatching(/^[A-Z]{6}$/), fc.nat(), { noNullPrototype: true }),
    id,
  }),
);

Deno.test("readServerFrame() reads every frame the platform's schema allows", () => {
  fc.assert(fc.property(serverFrames, (frame) => {
    const sent = v.parse(contract.serverFrame, frame);
    assertEquals(readServerFrame(JSON.stringify(sent)), frame);
  }));
});

Deno.test("the platform's schema takes every frame this client can send", () => {
  fc.assert(fc.property(clientFrames, (frame) => {
    assertEquals(v.parse(contract.clientFrame, JSON.parse(JSON.stringify(frame))), frame);
  }));
});

Deno.test("readServerFrame() passes over a type of a newer edge and throws on what is no frame", () => {
  assertEquals(readServerFrame('{"type":"depth","levels":[]}'), null);
  for (const nonsense of ["", "null", "[]", "{}", '{"type":1}', new ArrayBuffer(2)]) {
    assertThrows(() => readServerFrame(nonsense));
  }
});

Deno.test("the limits of the feed are the platform's", () => {
  assertEquals(feedPath, contract.feedPath);
  assertEquals(symbolsPerFrameMax, contract.feedLimits.symbolsPerFrameMax);
});
