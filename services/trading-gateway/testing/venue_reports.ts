/** What a venue would report of a test's orders, given to the desk directly. */

import type { ExecutionReport } from "../../../shared/contracts/messages/executions.ts";
import type { AccountId, ExecId, OrderId } from "../../../shared/domain/ids.ts";
import { price, type Symbol, units } from "../../../shared/domain/instrument.ts";
import type { Answer } from "./test_trading.ts";
import type { TradingDeps } from "../deps.ts";
import type { Outcome } from "../desk/commands.ts";

let executions = 0;

/** `body` is an order as HTTP answered it. */
export function report(
  { desk, market }: Pick<TradingDeps, "desk" | "market">,
  body: Answer["body"],
  about:
    | { readonly execType: "new" | "canceled" | "expired" | "rejected" }
    | { readonly execType: "trade"; readonly price: number; readonly units?: number }
    | { readonly execType: "triggered"; readonly price: number },
): Promise<Outcome> {
  const accountId = body.accountId as AccountId;
  const base = {
    venue: "test",
    execId: `x-${executions++}` as ExecId,
    accountId,
    orderId: body.orderId as OrderId,
    symbol: body.symbol as Symbol,
    time: market().now,
    text: null,
  };
  return desk.submit({ kind: "apply_report", accountId, report: reportOf(base, body, about) });
}

function reportOf(
  base: Omit<ExecutionReport & { execType: "new" }, "execType">,
  body: Answer["body"],
  about: Parameters<typeof report>[2],
): ExecutionReport {
  switch (about.execType) {
    case "trade": {
      const size = units(about.units ?? Number(body.units));
      return { ...base, execType: "trade", units: size, price: price(about.price) };
    }
    case "triggered":
      return { ...base, execType: "triggered", bid: price(about.price), ask: price(about.price) };
    default:
      return { ...base, execType: about.execType };
  }
}
