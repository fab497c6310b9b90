/** Rules, changes and kills as clients read them. */

import type { z } from "@hono/zod-openapi";
import type {
  killView,
  riskChangeView,
  riskLimits,
  riskRuleView,
} from "../../../shared/contracts/http/risk.ts";
import type { RiskLimits } from "../../../shared/domain/risk/limits.ts";
import { limitsText } from "../../../shared/domain/risk/limits_text.ts";
import type { RiskLevelText } from "../../../shared/domain/risk/levels.ts";
import type { VersionedRule } from "../../../shared/domain/risk/risk_book.ts";
import { type EpochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import type { Kill, KillProgress } from "./kill_store.ts";
import type { KillRequest } from "./kill_switch.ts";
import type { RiskChange } from "./risk_store.ts";

type KillView = z.infer<typeof killView>;

export const toLimitsView = (limits: RiskLimits): z.infer<typeof riskLimits> => {
  const { symbols, ...rest } = limitsText(limits);
  return { ...rest, ...(symbols === undefined ? {} : { symbols: [...symbols] }) };
};

export const toRuleView = (
  level: RiskLevelText,
  rule: VersionedRule & { readonly changedAt?: EpochMs },
): z.infer<typeof riskRuleView> => ({
  level,
  version: rule.version,
  state: rule.state,
  limits: toLimitsView(rule.limits),
  changedAt: rule.changedAt === undefined ? null : toRfc3339(rule.changedAt),
});

export const toChangeView = (change: RiskChange): z.infer<typeof riskChangeView> => ({
  ...change,
  before: change.before as z.infer<typeof riskChangeView>["before"],
  after: change.after as z.infer<typeof riskChangeView>["after"],
  at: toRfc3339(change.at),
});

export const toKillView = (kill: Kill, progress: KillProgress): KillView => {
  const { stateBefore: _, createdAt, finishedAt, releasedAt, ...rest } = kill;
  const moment = (at: EpochMs | null) => (at === null ? null : toRfc3339(at));
  return {
    ...rest,
    status: statusOf(kill),
    createdAt: toRfc3339(createdAt),
    finishedAt: moment(finishedAt),
    releasedAt: moment(releasedAt),
    ...progressView(progress),
  };
};

export const toDryRunView = (request: KillRequest, progress: KillProgress): KillView => ({
  ...request,
  status: "dry_run",
  createdAt: null,
  finishedAt: null,
  releasedAt: null,
  ...progressView(progress),
});

const progressView = ({ canceled, flattened, standing, orders }: KillProgress) => ({
  canceled,
  flattened,
  standing,
  orders: [...orders],
});

function statusOf({ finishedAt, releasedAt }: Kill): KillView["status"] {
  if (releasedAt !== null) return "released";
  return finishedAt === null ? "under_way" : "finished";
}
