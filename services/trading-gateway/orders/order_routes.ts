/** Orders over HTTP: input, verb, view. */

import {
  cancelOrderRoute,
  cancelOrdersRoute,
  getOrderRoute,
  listOrdersRoute,
  placeOrderGroupRoute,
  placeOrderRoute,
  replaceOrderRoute,
} from "../../../shared/contracts/http/trading.ts";
import { problemEntry } from "../../../shared/contracts/http/problems.ts";
import type { AccountId, OrderId } from "../../../shared/domain/ids.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { receivedTimeHeader, receivedTimeOf } from "../../../shared/runtime/received_time.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import { accountExists } from "../accounts/account_exists.ts";
import type { TradingApp, TradingDeps } from "../deps.ts";
import { carryOut } from "../desk/outcome_problem.ts";
import { cancelOrder } from "./cancel_order.ts";
import { selectOrder, selectOrders } from "./order_store.ts";
import { toOrderView } from "./order_view.ts";
import { placeGroup } from "./place_group.ts";
import { placeOrder } from "./place_order.ts";
import { replaceOrder } from "./replace_order.ts";

export function addOrderRoutes(app: TradingApp, { desk, db }: TradingDeps): void {
  addRoute(app, placeOrderRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const order = await placeOrder(desk, c.req.valid("json"), {
      accountId: accountId as AccountId,
      receivedAt: receivedTimeOf(c.req.header(receivedTimeHeader)),
    });
    return c.json(toOrderView(order), 201);
  });

  addRoute(app, placeOrderGroupRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const orders = await placeGroup(desk, c.req.valid("json"), {
      accountId: accountId as AccountId,
      receivedAt: receivedTimeOf(c.req.header(receivedTimeHeader)),
    });
    return c.json({ orders: orders.map(toOrderView) }, 201);
  });

  addRoute(app, cancelOrderRoute, async (c) => {
    const { accountId, orderId } = c.req.valid("param");
    const order = await cancelOrder(desk, accountId as AccountId, orderId as OrderId);
    return c.json(toOrderView(order), 202);
  });

  addRoute(app, cancelOrdersRoute, async (c) => {
    const accountId = c.req.valid("param").accountId as AccountId;
    const symbol = (c.req.valid("query").symbol ?? null) as Symbol | null;
    const { orders } = await carryOut(desk, { kind: "cancel_orders", accountId, symbol });
    return c.json({ orders: orders!.map(toOrderView) }, 202);
  });

  addRoute(app, replaceOrderRoute, async (c) => {
    const { accountId, orderId } = c.req.valid("param");
    const target = { accountId: accountId as AccountId, orderId: orderId as OrderId };
    const order = await replaceOrder(desk, target, c.req.valid("json"));
    return c.json(toOrderView(order), 202);
  });

  addRoute(app, listOrdersRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const { state, clientOrderId, before, limit } = c.req.valid("query");
    const orders = await selectOrders(db, {
      accountId: accountId as AccountId,
      state,
      clientOrderId,
      before: before as OrderId | undefined,
      limit,
    });
    // Asked only where the answer would be empty: an account with orders exists.
    if (orders.length === 0 && !await accountExists(db, accountId)) {
      throw new Problem("account_unknown", problemEntry("account_unknown").title);
    }
    return c.json({ orders: orders.map(toOrderView) }, 200);
  });

  addRoute(app, getOrderRoute, async (c) => {
    const { accountId, orderId } = c.req.valid("param");
    const order = await selectOrder(db, accountId as AccountId, orderId as OrderId);
    if (order === null) throw new Problem("order_unknown", problemEntry("order_unknown").title);
    return c.json(toOrderView(order), 200);
  });
}
