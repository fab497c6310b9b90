/** Whether what a level names exists. A tenant exists by being named: accounts may come later. */

import type { Kysely } from "kysely";
import { problemEntry } from "../../../shared/contracts/http/problems.ts";
import { findInstrument } from "../../../shared/domain/instruments.ts";
import { parseRiskLevel, type RiskLevelText } from "../../../shared/domain/risk/levels.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { accountExists } from "../accounts/account_exists.ts";
import type { TradingDatabase } from "../desk/tables.ts";

/** @throws Problem `risk_level_unknown` */
export async function checkLevel(db: Kysely<TradingDatabase>, text: RiskLevelText): Promise<void> {
  const { kind, name } = parseRiskLevel(text)!;
  const exists = kind === "account"
    ? await accountExists(db, name)
    : kind !== "instrument" || findInstrument(name) !== undefined;
  if (!exists) throw new Problem("risk_level_unknown", problemEntry("risk_level_unknown").title);
}
