/** Backtests over HTTP. */

import type { BacktestReport } from "../../../../shared/contracts/http/backtest_report.ts";
import {
  type BacktestView,
  cancelBacktestRoute,
  type CreateBacktestBody,
  createBacktestRoute,
  getBacktestPageRoute,
  getBacktestReportRoute,
  getBacktestRoute,
  getBacktestTradesRoute,
  listBacktestsRoute,
  listStrategiesRoute,
} from "../../../../shared/contracts/http/backtests.ts";
import { problemEntry } from "../../../../shared/contracts/http/problems.ts";
import { Problem } from "../../../../shared/runtime/problem.ts";
import { addRoute } from "../../../../shared/runtime/service_app.ts";
import type { TradingApp, TradingDeps } from "../../deps.ts";
import { backtestPage } from "../report_page.ts";
import { builtInStrategies } from "../strategies.ts";
import { tradesCsv } from "../trades_csv.ts";
import type { BacktestRow } from "./backtest_store.ts";
import { readyBacktest } from "./ready_backtest.ts";

export function addBacktestRoutes(app: TradingApp, deps: TradingDeps): void {
  const { backtests, backtestRunner: runner, clock } = deps;
  const find = (backtestId: string) => findBacktest(deps, backtestId);

  addRoute(app, createBacktestRoute, async (c) => {
    const asked = ordered(c.req.valid("json"));
    const ready = readyBacktest(asked, runner.terms);
    if ("message" in ready) {
      throw new Problem("backtest_invalid", ready.message, { errors: [ready] });
    }
    const created = await backtests.create(asked, clock.now());
    if (created === "too_many_backtests") throw new Problem(created, problemEntry(created).title);
    if (created === "created") runner.kick();
    const row = await find(asked.backtestId);
    if (JSON.stringify(row.asked) !== JSON.stringify(asked)) {
      throw new Problem("duplicate_backtest_id", problemEntry("duplicate_backtest_id").title);
    }
    return c.json(toBacktestView(row), 201);
  });

  addRoute(app, listBacktestsRoute, async (c) => {
    const { state, limit } = c.req.valid("query");
    return c.json({ backtests: (await backtests.list({ state, limit })).map(toBacktestView) }, 200);
  });

  addRoute(app, getBacktestRoute, async (c) => {
    return c.json(toBacktestView(await find(c.req.valid("param").backtestId)), 200);
  });

  addRoute(app, cancelBacktestRoute, async (c) => {
    const { backtestId } = c.req.valid("param");
    await backtests.cancel(backtestId, clock.now());
    const row = await find(backtestId);
    if (row.state === "canceled") runner.stop(backtestId);
    return c.json(toBacktestView(row), 200);
  });

  addRoute(app, listStrategiesRoute, (c) => {
    const strategies = [...builtInStrategies.values()].map(({ name, parameters }) => ({
      strategy: name,
      parameters: { ...parameters },
    }));
    return c.json({ strategies }, 200);
  });

  addReportRoutes(app, deps);
}

function addReportRoutes(app: TradingApp, deps: TradingDeps): void {
  const reportOf = async (backtestId: string): Promise<BacktestReport> => {
    const { state } = await findBacktest(deps, backtestId);
    const report = await deps.backtests.report(backtestId);
    if (report === null) throw new Problem("backtest_not_done", `The backtest is ${state}`);
    return report;
  };

  addRoute(app, getBacktestReportRoute, async (c) => {
    return c.json(await reportOf(c.req.valid("param").backtestId), 200);
  });

  addRoute(app, getBacktestPageRoute, async (c) => {
    return c.html(backtestPage(await reportOf(c.req.valid("param").backtestId)), 200);
  });

  addRoute(app, getBacktestTradesRoute, async (c) => {
    const csv = tradesCsv(await reportOf(c.req.valid("param").backtestId));
    return c.body(csv, 200, { "content-type": "text/csv; charset=utf-8" });
  });
}

/** @throws Problem `not_found` */
async function findBacktest({ backtests }: TradingDeps, backtestId: string): Promise<BacktestRow> {
  const row = await backtests.find(backtestId);
  if (row === null) throw new Problem("not_found", "There is no such backtest");
  return row;
}

/** Parameters in the order of their names, so that the same request is the same text. */
const ordered = (asked: CreateBacktestBody): CreateBacktestBody => ({
  ...asked,
  parameters: Object.fromEntries(
    Object.entries(asked.parameters).toSorted(([a], [b]) => a < b ? -1 : 1),
  ),
});

const toBacktestView = (row: BacktestRow): BacktestView => ({
  backtestId: row.backtest_id,
  state: row.state,
  percent: row.state === "done" ? 100 : row.percent,
  asked: row.asked,
  createdAt: row.created_at.toISOString(),
  startedAt: row.started_at?.toISOString() ?? null,
  finishedAt: row.finished_at?.toISOString() ?? null,
  failure: row.failure,
  digest: row.digest,
});
