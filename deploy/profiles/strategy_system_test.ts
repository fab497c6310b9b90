// Goal: a strategy trades live and over recorded prices without a change, and meets the same orders,
// fills and refusals in the same order.
// Method: one that does a bit of everything, each step after the answer to the one before, run on the
// platform as a real process and then by the backtest's engine; what it was told is compared.

import { assert, assertEquals } from "@std/assert";
import { createSpotwire, readyStrategy, runStrategy } from "../../shared/sdk/mod.ts";
import { defineStrategy, type Strategy } from "../../shared/sdk/mod.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { startPart } from "../../shared/testing/platform_process.ts";
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
      return {
        onQuote(_, bot) {
          if (hasBegun) return;
          hasBegun = true;
          bot.place({ ...order, clientOrderId: "entry", side: "buy", type: "market" });
        },
        onFill(fill, bot) {
          told.push(`fill ${fill.clientOrderId} ${fill.units}, then ${bot.position(symbol)}`);
          if (fill.clientOrderId === "exit") return void bot.after(50, done);
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
          else bot.place({ ...order, clientOrderId: "exit", side: "sell", type: "market" });
        },
        onStop: (bot) => void told.push(`stopped at ${bot.position(symbol)}`),
      };
    },
  });
  return readyStrategy(definition, { symbols });
}

async function live(): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-strategy-" });
  const port = await freePort();
  try {
    await using platform = await startPart({
      script: "deploy/profiles/all_in_one.ts",
      port,
      args: ["--data", folder, "--port", String(port), "--hours", "always"],
    });
    const key = (await Deno.readTextFile(`${folder}/demo.key`)).trim();
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
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

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
    "stopped at 0",
  ]);
  assertEquals(await live(), told);
});
