/**
 * Changes a level's rule. The caller names the version it has read, so that of two people who
 * change the same rule at once the second is told.
 */

import type { Kysely } from "kysely";
import type { RiskLevelText } from "../../../shared/domain/risk/levels.ts";
import { type RiskRule, strictestState } from "../../../shared/domain/risk/limits.ts";
import { riskRulesMax } from "../../../shared/domain/risk/risk_book.ts";
import type { EventSource } from "../../../shared/runtime/events.ts";
import type { TradingDatabase } from "../desk/tables.ts";
import type { DeskRisk } from "./desk_risk.ts";
import { setStateBefore, standingState } from "./kill_store.ts";
import {
  type Asked,
  countRules,
  type LevelRule,
  lockChanges,
  selectRule,
  storeRule,
} from "./risk_store.ts";

export interface ChangeParts {
  readonly db: Kysely<TradingDatabase>;
  readonly risk: DeskRisk;
  readonly events: EventSource;
  /** There is something new in the outbox. */
  readonly onStored: () => void;
}

export interface RuleChange {
  readonly level: RiskLevelText;
  /** The one the caller has read; 0 for a level without a rule. */
  readonly version: number;
  readonly rule: RiskRule;
  readonly asked: Asked;
}

export type ChangeRefusal = "risk_version_conflict" | "risk_kill_stands" | "too_many_risk_rules";

/** The rule as stored; it binds this copy's next order, and the others' within a moment. */
export async function changeRule(
  parts: ChangeParts,
  change: RuleChange,
): Promise<LevelRule | ChangeRefusal> {
  const { level, rule, asked } = change;
  const stored = await parts.db.transaction().execute(async (trx) => {
    await lockChanges(trx);
    const held = await selectRule(trx, level);
    if ((held?.version ?? 0) !== change.version) return "risk_version_conflict" as const;
    if (held === null && await countRules(trx) >= riskRulesMax) {
      return "too_many_risk_rules" as const;
    }
    const standing = await standingState(trx, level);
    if (standing !== null && strictestState(standing, rule.state) !== rule.state) {
      return "risk_kill_stands" as const;
    }
    // Somebody's own doing, that outlasts the kills; the state a kill has set is only repeated here.
    if (standing !== null && rule.state !== held?.state) {
      await setStateBefore(trx, level, rule.state);
    }
    return await storeRule(trx, { level, rule, asked }, parts.events);
  });
  if (typeof stored === "string") return stored;
  parts.risk.book.take(level, stored);
  parts.onStored();
  return stored;
}
