import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Average, Channel, defineStrategy, readyStrategy, StrategyHost } from "./mod.ts";
import type { Bot, Strategy, StrategyBar, StrategyPort } from "./mod.ts";
import type { Transaction } from "../generated/types.gen.ts";
import { OrderFold } from "./order_fold.ts";

/** A port that notes what it is asked. */
function note(): { port: StrategyPort; asked: unknown[] } {
  const asked: unknown[] = [];
  const port: StrategyPort = {
    account: () => {
      throw new Error("No account here");
    },
    place: (order) => asked.push(["place", order]),
    placeGroup: (group) => asked.push(["group", group]),
    replace: (id, terms) => asked.push(["replace", id, terms]),
    cancel: (id) => asked.push(["cancel", id]),
    cancelAll: (symbol) => asked.push(["cancelAll", symbol]),
    log: (text) => asked.push(["log", text]),
  };
  return { port, asked };
}

function hosted(strategy: Strategy) {
  const { port, asked } = note();
  const symbols = [{ symbol: "EURUSD", pricePrecision: 5 }, {
    symbol: "USDJPY",
    pricePrecision: 3,
  }];
  const host = new StrategyHost({ strategy, symbols, port, clientOrderPrefix: "t-" });
  const quote = (symbol: string, at: { bid: number; ask: number; time: number }) => {
    const view = host.view(symbol)!;
    [view.bidPoints, view.askPoints, view.time] = [at.bid, at.ask, at.time];
    host.moved(view);
  };
  return { host, asked, quote };
}

Deno.test("a bar is told with the first quote of a later one, before that quote", () => {
  const told: unknown[] = [];
  const { quote } = hosted({
    barMs: 60_000,
    onBar: (bar: StrategyBar) =>
      told.push([bar.openTime, bar.open, bar.high, bar.low, bar.close, bar.ticks]),
    onQuote: ({ time, mid }) => told.push([time, mid]),
  });
  const at = (time: number, mid: number) => quote("EURUSD", { bid: mid - 5, ask: mid + 5, time });
  at(60_000, 110_000);
  at(90_000, 110_020);
  at(119_999, 109_990);
  at(240_000, 110_010);
  assertEquals(told, [
    [60_000, 1.1],
    [90_000, 1.1002],
    [119_999, 1.0999],
    [60_000, 1.1, 1.1002, 1.0999, 1.0999, 3],
    [240_000, 1.1001],
  ]);
});

Deno.test("orders get ids of their own, and a symbol is busy until its orders have ended", () => {
  const { host, asked } = hosted({});
  const order = { symbol: "EURUSD", side: "buy", type: "market", units: "1" } as const;
  const first = host.place(order);
  assertEquals(first, "t-1");
  host.place({ ...order, symbol: "USDJPY", clientOrderId: "mine" });
  assertEquals(asked.map((one) => (one as [string, { clientOrderId: string }])[1].clientOrderId), [
    "t-1",
    "mine",
  ]);
  host.refused({ request: "place", clientOrderId: first, code: "market_closed", detail: "" });
  assertEquals([host.isBusy("EURUSD"), host.isBusy("USDJPY")], [false, true]);
});

/** An order's transactions, numbered on from the last. */
function booking(host: StrategyHost) {
  const fold = new OrderFold();
  let last = 0;
  const book = (
    one: Partial<Transaction> & Pick<Transaction, "type">,
    orderId?: string,
  ): string => {
    const transactionId = ++last;
    const time = "2026-02-05T12:00:00.000Z";
    const id = orderId ?? `demo.${transactionId}`;
    const whole = { accountId: "demo", transactionId, time, orderId: id, ...one };
    host.transaction(whole, fold.apply(whole));
    return id;
  };
  const accept = (clientOrderId: string) =>
    book({
      type: "order_accepted",
      clientOrderId,
      symbol: "EURUSD",
      side: "buy",
      orderType: "market",
      timeInForce: "FOK",
      units: "1",
    });
  return { book, accept };
}

Deno.test("a client order id that is used again leaves its symbol as busy as its orders are", () => {
  const { host } = hosted({});
  const { book, accept } = booking(host);
  const busy = () => host.isBusy("EURUSD");
  const order = { symbol: "EURUSD", side: "buy", type: "market", units: "1" } as const;
  const place = () => host.place({ ...order, clientOrderId: "mine" });
  const refuse = () =>
    host.refused({
      request: "place",
      clientOrderId: "mine",
      code: "duplicate_client_order_id",
      detail: "",
    });
  place();
  const orderId = accept("mine");
  book({ type: "order_canceled" }, orderId);
  assertEquals(busy(), false);

  // The same again is the same order, which has ended: nothing more comes of it.
  place();
  assertEquals(busy(), true);
  host.placed({ orderId, clientOrderId: "mine" });
  assertEquals(busy(), false);
  // Another one under it is refused.
  place();
  refuse();
  assertEquals(busy(), false);

  // One that was taken is busy until its acceptance is told, whatever else is asked for under its id.
  const fresh = { ...order, clientOrderId: "fresh" };
  host.place(fresh);
  host.place(fresh);
  host.placed({ orderId: "demo.3", clientOrderId: "fresh" });
  host.refused({ request: "place", clientOrderId: "fresh", code: "trading_halted", detail: "" });
  assertEquals(busy(), true);
  const taken = accept("fresh");
  assertEquals([taken, busy()], ["demo.3", true]);
  book({ type: "order_expired" }, taken);
  assertEquals(busy(), false);
});

Deno.test("both legs of a hedging account are one position of the strategy", () => {
  const { port } = note();
  const symbols = [{ symbol: "EURUSD", pricePrecision: 5 }];
  const positions = [{ symbol: "EURUSD", units: "700" }, { symbol: "EURUSD", units: "-300" }];
  const host = new StrategyHost({
    strategy: {},
    symbols,
    port,
    clientOrderPrefix: "t-",
    positions,
  });
  assertEquals(host.position("EURUSD"), 400);
});

Deno.test("prices of orders are decimal text on the symbol's grid", () => {
  const { host } = hosted({});
  assertEquals(host.price("EURUSD", 1.1), "1.10000");
  assertEquals(host.price("EURUSD", 1.234567), "1.23457");
  assertEquals(host.price("USDJPY", 149.9996), "150.000");
  assertThrows(() => host.price("EURGBP", 1), RangeError);
});

Deno.test("timers ring in order of time, again where asked, and not once canceled", () => {
  const rung: string[] = [];
  const { host } = hosted({
    onStart(bot: Bot) {
      bot.after(500, () => rung.push(`late at ${bot.now}`));
      bot.every(200, () => rung.push(`again at ${bot.now}`));
      const cancel = bot.after(100, () => rung.push("never"));
      cancel();
    },
  });
  host.start(1_000);
  while (host.ring(1_500));
  assertEquals(rung, ["again at 1200", "again at 1400", "late at 1500"]);
  assertEquals(host.nextTimerAt, 1_600);
  assertThrows(() => host.every(0, () => {}), RangeError);
});

Deno.test("a definition takes the parameters it has, as numbers", () => {
  const definition = defineStrategy({
    name: "one",
    parameters: { fast: 2 },
    create: ({ fast, symbols }) => ({ barMs: fast * symbols.length }),
  });
  assertEquals(readyStrategy(definition, { symbols: ["EURUSD", "USDJPY"] }).barMs, 4);
  const withParameters = (parameters: Record<string, number>) =>
    readyStrategy(definition, { symbols: [], parameters });
  assertThrows(() => withParameters({ slow: 1 }), RangeError, "has no parameter slow");
  assertThrows(() => withParameters({ fast: NaN }), RangeError);
});

Deno.test("averages, deviations and channels are those of the newest values", () => {
  const values = fc.array(fc.double({ min: 0.5, max: 200, noNaN: true }), { minLength: 1 });
  fc.assert(fc.property(values, fc.integer({ min: 1, max: 20 }), (all, length) => {
    const average = new Average(length);
    const channel = new Channel(length);
    for (const value of all) {
      average.add(value);
      channel.add(value, value);
    }
    const newest = all.slice(-length);
    const mean = newest.reduce((sum, one) => sum + one, 0) / newest.length;
    const squares = newest.reduce((sum, one) => sum + (one - mean) ** 2, 0);
    const near = (a: number, b: number) => Math.abs(a - b) < 1e-6;
    return average.isFull === (all.length >= length) && near(average.value, mean) &&
      near(average.deviation, Math.sqrt(squares / newest.length)) &&
      (!channel.isFull || channel.high === Math.max(...newest)) &&
      (!channel.isFull || channel.low === Math.min(...newest));
  }));
  assertThrows(() => new Average(0), RangeError);
});
