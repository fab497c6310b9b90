// Goal: a strategy trades live and over recorded prices without a change, and meets the same orders,
// fills and refusals in the same order, each once, though the platform dies under it.
// Method: one that does a bit of everything, each step after the answer to the one before, run on the
// platform as a real process and then by the backtest's engine; what it was told is compared. Then
// one that only listens while another client trades and the platform is killed; what it was told is
// compared with what the platform kept.

import { assert, assertEquals } from "@std/assert";
import {
  type Bot,
  createSpotwire,
  defineStrategy,
  type Order,
  readyStrategy,
  runStrategy,
  type Spotwire,
  type Strategy,
  type Transaction,
} from "../../shared/sdk/mod.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { type PartProcess, startPart } from "../../shared/testing/platform_process.ts";
import { Backtest } from "../../services/trading-gateway/backtests/engine/backtest.ts";
import {
  pieceOf,
  settingsOf,
  walk,
} from "../../services/trading-gateway/backtests/testing/columns.ts";

const symbols = ["EURUSD"];

/** A strategy of a few steps, and what it was told; `done` hears of the last. */
function everything(told: string[], done: () => void): Strategy {
  const definition = defineStrategy({
    name: "everything",
    parameters: { units: 10_000 },
    create: ({ symbols: [symbol = ""], units }) => {
      let hasBegun = false;
      const order = { symbol, units: String(units) };
      const exit = { ...order, clientOrderId: "exit", side: "sell", type: "market" } as const;
      return {
        onQuote(_, bot) {
          if (hasBegun) return;
          hasBegun = true;
          bot.place({ ...order, clientOrderId: "entry", side: "buy", type: "market" });
        },
        onFill(fill, bot) {
          told.push(`fill ${fill.clientOrderId} ${fill.units}, then ${bot.position(symbol)}`);
          if (fill.clientOrderId === "exit") {
            // The id again for another order, and for the same, which has ended.
            bot.place({ ...exit, units: "1" });
            bot.place(exit);
            return void bot.every(20, () => bot.isBusy(symbol) || done());
          }
          const price = bot.price(symbol, bot.quote(symbol)!.bid * 0.9);
          bot.place({ ...order, clientOrderId: "resting", side: "buy", type: "limit", price });
        },
        onOrder({ clientOrderId }, { type }, bot) {
          told.push(`${type} ${clientOrderId}`);
          if (clientOrderId !== "resting") return;
          if (type === "order_acknowledged") bot.replace("resting", { units: String(units / 2) });
          if (type === "order_replaced") bot.cancel("resting");
          if (type === "order_canceled") {
            bot.place({
              ...order,
              units: "ten",
              clientOrderId: "bad",
              side: "sell",
              type: "market",
            });
          }
        },
        onRefusal({ request, clientOrderId, code }, bot) {
          told.push(`refused ${request} ${clientOrderId}: ${code}`);
          if (clientOrderId === "bad") bot.cancel("nobody");
          else if (clientOrderId === "nobody") bot.place(exit);
        },
        onStop: (bot) => void told.push(`stopped at ${bot.position(symbol)}`),
      };
    },
  });
  return readyStrategy(definition, { symbols });
}

async function withPlatform<T>(
  run: (start: () => Promise<PartProcess>, key: () => Promise<string>) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-strategy-" });
  const port = freePort();
  const start = () =>
    startPart({
      script: "deploy/profiles/all_in_one.ts",
      port,
      args: [
        ...["--data", folder, "--port", String(port), "--hours", "always"],
        ...["--rate", "100000"],
      ],
    });
  try {
    return await run(start, async () => (await Deno.readTextFile(`${folder}/demo.key`)).trim());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const live = (): Promise<string[]> =>
  withPlatform(async (start, readKey) => {
    await using platform = await start();
    const key = await readKey();
    const told: string[] = [];
    const ending = new AbortController();
    const strategy = everything(told, () => ending.abort());
    await runStrategy(strategy, {
      spotwire: createSpotwire({ url: platform.url, key }),
      accountId: "demo",
      symbols,
      signal: AbortSignal.any([ending.signal, AbortSignal.timeout(30_000)]),
    });
    return told;
  });

function recorded(): string[] {
  const told: string[] = [];
  let isDone = false;
  const backtest = new Backtest({
    settings: settingsOf(),
    strategy: everything(told, () => isDone = true),
    symbols: settingsOf().symbols,
  });
  backtest.start();
  backtest.feed(pieceOf(walk({ seed: "strategy", rows: 100, bid: 110_000, stepMax: 5 })));
  backtest.finish();
  assert(isDone);
  return told;
}

Deno.test("a strategy is told the same live and over recorded prices", async () => {
  const told = recorded();
  assertEquals(told, [
    "order_accepted entry",
    "order_acknowledged entry",
    "order_filled entry",
    "fill entry 10000, then 10000",
    "order_accepted resting",
    "order_acknowledged resting",
    "order_replace_requested resting",
    "order_replaced resting",
    "order_cancel_requested resting",
    "order_canceled resting",
    "refused place bad: units_malformed",
    "refused cancel nobody: order_unknown",
    "order_accepted exit",
    "order_acknowledged exit",
    "order_filled exit",
    "fill exit -10000, then 0",
    "refused place exit: duplicate_client_order_id",
    "stopped at 0",
  ]);
  assertEquals(await live(), told);
});

/** Orders, fills, replaces and cancels until the signal aborts, whether they are answered or not. */
async function trade(spotwire: Spotwire, signal: AbortSignal): Promise<void> {
  for (let n = 0; !signal.aborted; n++) {
    const type = n % 2 === 0
      ? { type: "market" as const }
      : { type: "limit" as const, price: "0.5" };
    const side = n % 4 === 0 ? "buy" : "sell";
    const order = { clientOrderId: crypto.randomUUID(), symbol: "EURUSD", units: "100", ...type };
    try {
      const placed = await spotwire.placeOrder("demo", { ...order, side });
      if (n % 2 === 1) await spotwire.replaceOrder(placed, { units: "200" });
      if (n % 6 === 1) await spotwire.cancelOrder("demo", placed.orderId);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20)); // the account knows what came of it
    }
  }
}

/** Those about orders. */
async function everyTransaction(spotwire: Spotwire, since: number): Promise<Transaction[]> {
  const all: Transaction[] = [];
  for (;;) {
    const page = await spotwire.listTransactions("demo", { since, limit: 1_000 });
    all.push(...page.transactions);
    since = page.next;
    if (since === page.lastTransactionId) return all.filter((one) => one.orderId !== undefined);
  }
}

Deno.test("a strategy is told each transaction once though the platform dies, and asks for none", async () => {
  await withPlatform(async (start, readKey) => {
    let platform = await start();
    const { url } = platform;
    const key = await readKey();
    const trader = createSpotwire({ url, key, timeoutMs: 2_000 });
    const asked: string[] = [];
    const spotwire = createSpotwire({
      url,
      key,
      fetch: (request) => {
        asked.push(new URL(request.url).pathname);
        return fetch(request);
      },
    });
    const told: { one: Transaction; order: Order }[] = [];
    let bot: Bot | undefined;
    let begunAt = 0;
    const ending = new AbortController();
    const begun = Promise.withResolvers<void>();
    const running = runStrategy({
      onStart(own) {
        bot = own;
        begunAt = own.account.lastTransactionId;
        begun.resolve();
      },
      onOrder: (order, one) => void told.push({ order, one }),
    }, { spotwire, accountId: "demo", symbols, signal: ending.signal });
    await begun.promise;
    const trading = new AbortController();
    const flow = trade(trader, trading.signal);
    for (let kills = 0; kills < 2; kills++) {
      const before = told.length;
      await eventually(() => assert(told.length > before + 40), { timeoutMs: 60_000 });
      await platform.kill();
      platform = await start();
    }
    trading.abort();
    await flow;
    const kept = await eventually(async () => {
      const { orders } = await trader.listOrders("demo", { state: "open", limit: 1_000 });
      assert(orders.every(({ type, status }) => type === "limit" && !status.startsWith("pending")));
      const all = await everyTransaction(trader, begunAt);
      assert(told.length >= all.length, `${told.length} of ${all.length}`);
      return all;
    }, { timeoutMs: 30_000 });
    assertEquals(told.map(({ one }) => one), kept);
    const newest = new Map(told.map(({ order }) => [order.orderId, order]));
    for (const order of newest.values()) {
      assertEquals(order, await trader.getOrder("demo", order.orderId));
    }
    const [held] = (await trader.listPositions("demo")).positions;
    assertEquals(bot!.position("EURUSD"), Number(held?.units ?? 0));
    const { balance, openOrders, openPositions, lastTransactionId } = bot!.account;
    const account = await trader.getAccount("demo");
    assertEquals(
      { balance, openOrders, openPositions, lastTransactionId },
      {
        balance: account.balance,
        openOrders: account.openOrders,
        openPositions: account.openPositions,
        lastTransactionId: account.lastTransactionId,
      },
    );
    assertEquals(asked, ["/v1/instruments/EURUSD"]);
    ending.abort();
    await running;
    await platform.kill();
  });
});
