/** Tables of the `trading` schema that rules of risk and the kill switch are kept in. */

import type { ColumnType } from "kysely";
import type { TradingState } from "../../../shared/domain/risk/limits.ts";
import type { RiskLimitsText } from "../../../shared/domain/risk/limits_text.ts";

type Instant = ColumnType<Date, string, string>;

/** A rule as the store and the audit keep it. */
export interface StoredRule {
  readonly version: number;
  readonly state: TradingState;
  readonly limits: RiskLimitsText;
}

export interface RiskTables {
  risk_rules: {
    level: string;
    version: number;
    state: TradingState;
    limits: ColumnType<RiskLimitsText, string, string>;
    changed_at: Instant;
  };
  /** Turns stored so far of each level that bounds its accounts together; see `totals_store.ts`. */
  risk_turns: { level: string; turn: ColumnType<string | number, number, number> };
  /** Every change of a rule, append-only; `hash` covers `previous_hash` and all other columns. */
  risk_changes: {
    change_id: number;
    at: Instant;
    actor: string;
    level: string;
    before: ColumnType<StoredRule, string, never>;
    after: ColumnType<StoredRule, string, never>;
    reason: string;
    kill_id: string | null;
    previous_hash: string;
    hash: string;
  };
  risk_kills: {
    kill_id: string;
    level: string;
    state: TradingState;
    flatten: boolean;
    reason: string;
    actor: string;
    /** What the level's state goes back to. */
    state_before: TradingState;
    created_at: Instant;
    finished_at: ColumnType<Date | null, string | null, string | null>;
    released_at: ColumnType<Date | null, string | null, string | null>;
  };
  /** The orders a kill asked to be canceled. */
  risk_kill_orders: { kill_id: string; account_id: string; transaction_id: number };
}
