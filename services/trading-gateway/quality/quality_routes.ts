/** Execution quality over HTTP: of an account, and of the platform. */

import type { z } from "@hono/zod-openapi";
import {
  getExecutionQualityRoute,
  getPlatformQualityRoute,
} from "../../../shared/contracts/http/transactions.ts";
import { epochMs, parseRfc3339 } from "../../../shared/domain/time.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import { loadAccount } from "../accounts/account_routes.ts";
import type { TradingApp, TradingDeps } from "../deps.ts";
import {
  type QualityPeriod,
  selectFillsQuality,
  selectInstrumentQuality,
} from "./quality_store.ts";
import { type QualityView, toQualityCsv, toQualityView } from "./quality_view.ts";

const csvType = { "content-type": "text/csv; charset=utf-8" };

export function addQualityRoutes(app: TradingApp, deps: TradingDeps): void {
  addRoute(app, getExecutionQualityRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const query = c.req.valid("query");
    await loadAccount(deps, accountId);
    const view = await readQuality(deps, periodOf(deps, accountId, query));
    return query.format === "json" ? c.json(view, 200) : c.body(toQualityCsv(view), 200, csvType);
  });

  addRoute(app, getPlatformQualityRoute, async (c) => {
    const query = c.req.valid("query");
    const view = await readQuality(deps, periodOf(deps, null, query));
    return query.format === "json" ? c.json(view, 200) : c.body(toQualityCsv(view), 200, csvType);
  });
}

type Query = z.output<NonNullable<typeof getPlatformQualityRoute.request.query>>;

function periodOf(
  { market }: TradingDeps,
  accountId: string | null,
  { from, to }: Query,
): QualityPeriod {
  const period = {
    accountId,
    from: from === undefined ? epochMs(0) : parseRfc3339(from)!,
    // This very moment is part of it.
    to: to === undefined ? epochMs(market().now + 1) : parseRfc3339(to)!,
  };
  if (period.to >= period.from) return period;
  throw new Problem("invalid_request", "The period ends before it begins", {
    errors: [{ path: "/to", message: "Expected a time after `from`" }],
  });
}

async function readQuality({ db }: TradingDeps, period: QualityPeriod): Promise<QualityView> {
  const instruments = await selectInstrumentQuality(db, period);
  return toQualityView(period, instruments, await selectFillsQuality(db, period));
}
