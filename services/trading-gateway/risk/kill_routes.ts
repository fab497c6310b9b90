/** The kill switch over HTTP. */

import {
  getKillRoute,
  killRoute,
  listKillsRoute,
  releaseKillRoute,
} from "../../../shared/contracts/http/risk.ts";
import { problemEntry } from "../../../shared/contracts/http/problems.ts";
import type { RiskLevelText } from "../../../shared/domain/risk/levels.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { TradingApp, TradingDeps } from "../deps.ts";
import { checkLevel } from "./check_level.ts";
import { type Kill, progressOf, selectKill, selectKills, standingOn } from "./kill_store.ts";
import { toDryRunView, toKillView } from "./risk_view.ts";

export function addKillRoutes(app: TradingApp, { db, kills }: TradingDeps): void {
  const viewOf = async (kill: Kill) => toKillView(kill, await progressOf(db, kill));

  addRoute(app, killRoute, async (c) => {
    const { dryRun, ...body } = c.req.valid("json");
    const level = body.level as RiskLevelText;
    await checkLevel(db, level);
    const request = { ...body, level, actor: c.get("auth").subject };
    if (dryRun) {
      const standing = await standingOn(db, level);
      const wouldDo = {
        canceled: { asked: standing.openOrders, ended: 0 },
        flattened: { placed: body.flatten ? standing.openPositions : 0, ended: 0 },
      };
      return c.json(toDryRunView(request, { ...wouldDo, standing, orders: [] }), 200);
    }
    const kill = await kills.kill(request);
    if (typeof kill === "string") throw new Problem(kill, problemEntry(kill).title);
    return c.json(await viewOf(await selectKill(db, kill.killId) ?? kill), 202);
  });

  addRoute(app, listKillsRoute, async (c) => {
    const found = await selectKills(db, c.req.valid("query").limit);
    return c.json({ kills: await Promise.all(found.map(viewOf)) }, 200);
  });

  addRoute(app, getKillRoute, async (c) => {
    const kill = await selectKill(db, c.req.valid("param").killId);
    if (kill === null) throw new Problem("kill_unknown", problemEntry("kill_unknown").title);
    return c.json(await viewOf(kill), 200);
  });

  addRoute(app, releaseKillRoute, async (c) => {
    const { reason } = c.req.valid("json");
    const kill = await kills.release(c.req.valid("param").killId, {
      actor: c.get("auth").subject,
      reason,
    });
    if (kill === null) throw new Problem("kill_unknown", problemEntry("kill_unknown").title);
    return c.json(await viewOf(kill), 200);
  });
}
