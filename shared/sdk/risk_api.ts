/** Operations on risk: the catalogue of refusals, rules by level, their audit, the kill switch. */

import type {
  AccountRisk,
  ChangeRiskRule,
  Kill,
  KillState,
  ListKillsData,
  ListKillsResponse,
  ListRefusalsResponse,
  ListRiskChangesData,
  ListRiskChangesResponse,
  ListRiskRulesData,
  ListRiskRulesResponse,
  ReleaseKill,
  RiskRule,
  RiskVerification,
} from "./generated/types.gen.ts";
import type { CallOptions } from "./call_options.ts";

type Query<Data extends { query?: unknown }> = NonNullable<Data["query"]>;

/** A level is `platform`, `tenant:<name>`, `account:<id>` or `instrument:<symbol>`. */
export interface RiskApi {
  /** Every code an order can be refused with, what it means and what to do. */
  listRefusals(o?: CallOptions): Promise<ListRefusalsResponse>;
  /** In the order of their levels; page on with `after` set to the last one's level. */
  listRiskRules(query?: Query<ListRiskRulesData>, o?: CallOptions): Promise<ListRiskRulesResponse>;
  /** Version 0 where none was ever set. */
  getRiskRule(level: string, o?: CallOptions): Promise<RiskRule>;
  /** Sets the rule whole; `version` is the one you read (`risk_version_conflict` otherwise). */
  putRiskRule(level: string, rule: ChangeRiskRule, o?: CallOptions): Promise<RiskRule>;
  /** The audit, oldest first; page on with `since` set to the last one's `changeId`. */
  listRiskChanges(
    query?: Query<ListRiskChangesData>,
    o?: CallOptions,
  ): Promise<ListRiskChangesResponse>;
  /** Whether the audit is whole: every hash worked out anew. */
  verifyRiskChanges(o?: CallOptions): Promise<RiskVerification>;
  /** What binds the account's orders in a symbol, and how much of it is used. */
  getAccountRisk(accountId: string, symbol: string, o?: CallOptions): Promise<AccountRisk>;
  /**
   * Stops a level; with `dryRun` only says what that would do. Repeated while its outcome is
   * unknown: its `killId` makes that safe. Read on with `getKill` until `status` is `finished`.
   */
  kill(kill: Kill, o?: CallOptions): Promise<KillState>;
  /** Newest first. */
  listKills(query?: Query<ListKillsData>, o?: CallOptions): Promise<ListKillsResponse>;
  getKill(killId: string, o?: CallOptions): Promise<KillState>;
  /** Lets the level trade again as before the kill. */
  releaseKill(killId: string, why: ReleaseKill, o?: CallOptions): Promise<KillState>;
}
