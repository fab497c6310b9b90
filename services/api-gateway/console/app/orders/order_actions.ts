/** What one does to orders and positions that are there: each says how it went. */

import type { Order, PlaceOrder, Position, ReplaceOrder } from "../../../../../shared/sdk/mod.ts";
import type { App } from "../core/app.ts";
import { explainRefusal } from "./refusals.ts";

/** Whether the platform took it. */
export async function replaceOrder(
  app: App,
  order: Pick<Order, "accountId" | "orderId">,
  terms: ReplaceOrder,
): Promise<boolean> {
  return await told(app, () => app.client.replaceOrder(order, terms));
}

export async function cancelOrder(app: App, order: Order): Promise<boolean> {
  const { accountId, orderId } = order;
  return await told(app, () => app.client.cancelOrder(accountId, orderId));
}

/** Closes a position, or a part of it, at the market. */
export async function closePosition(
  app: App,
  position: Position,
  units = position.units.replace("-", ""),
): Promise<boolean> {
  return await place(app, {
    ...marketOrder(app, position, units),
    positionFill: "reduce_only",
  });
}

/** Turns a position round: one order of twice its size. */
export async function reversePosition(app: App, position: Position): Promise<boolean> {
  const twice = 2n * BigInt(position.units.replace("-", ""));
  return await place(app, marketOrder(app, position, String(twice)));
}

/** Against the position. */
const marketOrder = (app: App, position: Position, units: string): PlaceOrder => ({
  clientOrderId: `console-${app.machine.newId()}`,
  symbol: position.symbol,
  side: position.units.startsWith("-") ? "buy" : "sell",
  type: "market",
  units,
});

async function place(app: App, order: PlaceOrder): Promise<boolean> {
  const accountId = app.account.account.peek()!.accountId;
  return await told(app, () => app.client.placeOrder(accountId, order));
}

async function told(app: App, send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    const { title, advice } = explainRefusal(error);
    app.notices.say("refused", advice === "" ? title : `${title}. ${advice}.`);
    return false;
  }
}
