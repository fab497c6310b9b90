/** Orders at the edge: the check is answered here, a real order goes on once its terms are sound. */

import { problemEntry } from "../../../shared/contracts/http/problems.ts";
import {
  checkOrderRoute,
  placeOrderGroupRoute,
  placeOrderRoute,
} from "../../../shared/contracts/http/trading.ts";
import type { RejectReason } from "../../../shared/domain/orders/rejects.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { addRoute, type ServiceApp } from "../../../shared/runtime/service_app.ts";
import type { Forward } from "../forward/forward.ts";
import type { EdgeMarket } from "../market/edge_market.ts";
import { refusalNow, refusalOfTerms } from "./check_at_edge.ts";

export function addOrderRoutes(
  app: ServiceApp,
  parts: { market: EdgeMarket; toTrading: Forward },
): void {
  addRoute(app, checkOrderRoute, (c) => {
    const { accountId } = c.req.valid("param");
    refuse(refusalNow(parts.market, accountId, c.req.valid("json")));
    return c.json({ acceptable: true as const }, 200);
  });

  addRoute(app, placeOrderRoute, (c) => {
    refuse(refusalOfTerms(c.req.valid("json")));
    return parts.toTrading(c);
  });

  addRoute(app, placeOrderGroupRoute, (c) => {
    for (const order of c.req.valid("json").orders) refuse(refusalOfTerms(order));
    return parts.toTrading(c);
  });
}

function refuse(reason: RejectReason | null): void {
  if (reason !== null) throw new Problem(reason, problemEntry(reason).title);
}
