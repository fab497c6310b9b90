// Goal: replacing an order values the account once, however many of its terms are judged. Method: the
// desk's rule over an account that holds another instrument, whose quote only a valuation looks up.

import { assert, assertEquals } from "@std/assert";
import type { QuoteBook } from "../../../shared/domain/quote.ts";
import { accountId, World } from "../testing/linked_world.ts";
import { replaceOrder } from "./change_orders.ts";

/** The book, and how often it was asked for a symbol. */
function counting(book: QuoteBook, symbol: string) {
  let asked = 0;
  const quotes = new Proxy(book, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        if (name === "get" && given[0] === symbol) asked++;
        return value.apply(target, given);
      };
    },
  });
  return { quotes, asked: () => asked };
}

Deno.test("replacing an order values the account once", () => {
  const world = new World();
  const yen = { symbol: "USDJPY", type: "market", timeInForce: "IOC", price: undefined } as const;
  world.place(yen);
  const { orderId } = world.place({});
  world.deliver();
  for (
    const [request, valuations] of [
      [{ units: "20000", price: "0.99980" }, 1],
      [{ units: "5000" }, 1],
      [{ units: "20000000000" }, 0], // refused before anything of the account is asked
    ] as const
  ) {
    const { market } = world;
    const { quotes, asked } = counting(market.quotes, "USDJPY");
    const command = { kind: "replace_order", accountId, orderId, request } as const;
    const { outcome } = replaceOrder(world.account, command, { ...market, quotes });
    assertEquals([outcome.ok, asked()], [valuations > 0, valuations]);
  }
  assert(world.account.positions.size === 1);
});
