/** What one does to orders and positions that are there: each says how it went. */

import type { Order, PlaceOrder, Position, ReplaceOrder } from "../../../../../shared/sdk/mod.ts";
import type { Console } from "../core/console.ts";
import { explainRefusal } from "./refusals.ts";

/** Whether the platform took it. */
export async function replaceOrder(
  console: Console,
  order: Pick<Order, "accountId" | "orderId">,
  terms: ReplaceOrder,
): Promise<boolean> {
  return await told(console, () => console.client.replaceOrder(order, terms));
}

export async function cancelOrder(console: Console, order: Order): Promise<boolean> {
  const { accountId, orderId } = order;
  return await told(console, () => console.client.cancelOrder(accountId, orderId));
}

/** Closes a position, or a part of it, at the market. */
export async function closePosition(
  console: Console,
  position: Position,
  units = position.units.replace("-", ""),
): Promise<boolean> {
  return await place(console, {
    ...marketOrder(console, position, units),
    positionFill: "reduce_only",
  });
}

/** Turns a position round: one order of twice its size. */
export async function reversePosition(console: Console, position: Position): Promise<boolean> {
  const twice = 2n * BigInt(position.units.replace("-", ""));
  return await place(console, marketOrder(console, position, String(twice)));
}

/** Against the position. */
const marketOrder = (console: Console, position: Position, units: string): PlaceOrder => ({
  clientOrderId: `console-${console.machine.newId()}`,
  symbol: position.symbol,
  side: position.units.startsWith("-") ? "buy" : "sell",
  type: "market",
  units,
});

async function place(console: Console, order: PlaceOrder): Promise<boolean> {
  const accountId = console.account.account.peek()!.accountId;
  return await told(console, () => console.client.placeOrder(accountId, order));
}

async function told(console: Console, send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    const { title, advice } = explainRefusal(error);
    console.notices.say("refused", advice === "" ? title : `${title}. ${advice}.`);
    return false;
  }
}
