/** Movements of money over HTTP: input, verb, view. */

import {
  depositRoute,
  transferRoute,
  withdrawRoute,
} from "../../../shared/contracts/http/funds.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { TradingApp, TradingDeps } from "../deps.ts";
import { toTransactionView } from "../transactions/transaction_view.ts";
import { moveFunds, transferFunds } from "./move_funds.ts";

export function addFundsRoutes(app: TradingApp, { desk }: TradingDeps): void {
  addRoute(app, depositRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const booked = await moveFunds(desk, { accountId, direction: 1 }, c.req.valid("json"));
    return c.json(toTransactionView(booked), 201);
  });

  addRoute(app, withdrawRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const booked = await moveFunds(desk, { accountId, direction: -1 }, c.req.valid("json"));
    return c.json(toTransactionView(booked), 201);
  });

  addRoute(app, transferRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const from = { accountId, auth: c.get("auth") };
    const { sent, received } = await transferFunds(desk, from, c.req.valid("json"));
    return c.json({ sent: toTransactionView(sent), received: toTransactionView(received) }, 201);
  });
}
