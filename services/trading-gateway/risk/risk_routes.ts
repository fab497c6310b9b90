/** Rules of risk and their audit over HTTP. */

import {
  getAccountRiskRoute,
  getRiskRuleRoute,
  listRiskChangesRoute,
  listRiskRulesRoute,
  putRiskRuleRoute,
  verifyRiskChangesRoute,
} from "../../../shared/contracts/http/risk.ts";
import { problemEntry } from "../../../shared/contracts/http/problems.ts";
import { findInstrument } from "../../../shared/domain/instruments.ts";
import { formatMicros } from "../../../shared/domain/money.ts";
import { parseRiskLevel, type RiskLevelText } from "../../../shared/domain/risk/levels.ts";
import {
  accountWideLimits,
  noLimits,
  noRule,
  riskCurrency,
  type RiskLimits,
  type TotalLimits,
  totalLimits,
} from "../../../shared/domain/risk/limits.ts";
import { isFaulty, type LimitFault, readLimits } from "../../../shared/domain/risk/limits_text.ts";
import { levelsOf } from "../../../shared/domain/risk/risk_book.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import { loadAccount } from "../accounts/account_routes.ts";
import type { TradingApp, TradingDeps } from "../deps.ts";
import { changeRule } from "./change_rule.ts";
import { exposureOf } from "./desk_risk.ts";
import { checkLevel } from "./check_level.ts";
import { selectChanges, selectRule, selectRules, verifyChanges } from "./risk_store.ts";
import { toChangeView, toLimitsView, toRuleView } from "./risk_view.ts";

export function addRiskRoutes(app: TradingApp, deps: TradingDeps): void {
  const { db, risk, market } = deps;

  addRoute(app, listRiskRulesRoute, async (c) => {
    const { after = "", limit } = c.req.valid("query");
    const rules = await selectRules(db, { after, limit });
    return c.json({ rules: rules.map((rule) => toRuleView(rule.level, rule)) }, 200);
  });

  addRoute(app, getRiskRuleRoute, async (c) => {
    const level = c.req.valid("param").level as RiskLevelText;
    const rule = await selectRule(db, level) ?? { ...noRule, version: 0 };
    return c.json(toRuleView(level, rule), 200);
  });

  addRoute(app, putRiskRuleRoute, async (c) => {
    const level = c.req.valid("param").level as RiskLevelText;
    const { version, state, limits: text, reason } = c.req.valid("json");
    const limits = limitsFor(level, readLimits(text));
    await checkLevel(db, level);
    const asked = { actor: c.get("auth").subject, at: deps.clock.now(), reason, killId: null };
    const rule = { state, limits };
    const changed = await changeRule(deps.riskParts, { level, version, rule, asked });
    if (typeof changed === "string") throw new Problem(changed, problemEntry(changed).title);
    return c.json(toRuleView(level, changed), 200);
  });

  addRoute(app, listRiskChangesRoute, async (c) => {
    const changes = await selectChanges(db, c.req.valid("query"));
    return c.json({ changes: changes.map(toChangeView) }, 200);
  });

  addRoute(app, verifyRiskChangesRoute, async (c) => c.json(await verifyChanges(db), 200));

  addRoute(app, getAccountRiskRoute, async (c) => {
    const { symbol } = c.req.valid("query");
    if (findInstrument(symbol) === undefined) {
      throw new Problem("unknown_symbol", problemEntry("unknown_symbol").title);
    }
    const account = await loadAccount(deps, c.req.valid("param").accountId);
    const rule = risk.book.ruleFor(account, symbol);
    const text = (amount: Parameters<typeof formatMicros>[0] | null) =>
      amount === null ? null : formatMicros(amount);
    return c.json({
      accountId: account.accountId,
      tenant: account.tenant,
      symbol,
      state: rule.state,
      limits: toLimitsView(rule.limits),
      rules: levelsOf(account, symbol).map((level) => {
        const { version, state } = risk.book.rule(level);
        return { level, version, state };
      }),
      currency: riskCurrency,
      totals: risk.book.totalsFor(account).flatMap(({ level, limits }) => {
        const has = risk.totals.of(level);
        return has === undefined ? [] : [{
          level,
          limits: toLimitsView({ ...noLimits, ...pickTotals(limits) }),
          openOrders: has.openOrders,
          exposure: text(has.exposure(market())),
          dayResult: text(risk.levelDayResult(level, market())),
        }];
      }),
      exposure: text(exposureOf(account, market())),
      dayResult: text(risk.dayResult(account, market())),
    }, 200);
  });
}

/** @throws Problem `invalid_request` for texts that are no limits, or none the level can have. */
function limitsFor(level: RiskLevelText, read: RiskLimits | readonly LimitFault[]): RiskLimits {
  const faults = isFaulty(read) ? read : misplaced(level, read);
  if (faults.length === 0) return read as RiskLimits;
  throw new Problem("invalid_request", "A limit cannot be read", {
    errors: faults.map(({ limit, expected }) => ({
      path: `/limits/${limit}`,
      message: `Expected ${expected}`,
    })),
  });
}

function misplaced(level: RiskLevelText, limits: RiskLimits): LimitFault[] {
  const { kind } = parseRiskLevel(level)!;
  const isSet = (limit: keyof RiskLimits) => limits[limit] !== null;
  const faults = (names: readonly (keyof RiskLimits)[], why: string): LimitFault[] =>
    names.filter(isSet).map((limit) => ({ limit, expected: `left out: ${why}` } as LimitFault));
  return [
    ...(kind === "instrument" ? faults(accountWideLimits, "it counts over all symbols") : []),
    ...(kind === "account" || kind === "instrument"
      ? faults(totalLimits, "only the platform and tenants have totals")
      : []),
  ];
}

/** Of a level's limits those that bound its accounts together. */
const pickTotals = (limits: TotalLimits): TotalLimits =>
  Object.fromEntries(totalLimits.map((name) => [name, limits[name]])) as unknown as TotalLimits;
