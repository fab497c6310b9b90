/** The rules of every level as last heard, and what they come to for an account and a symbol. */

import {
  accountLevel,
  instrumentLevel,
  platformLevel,
  type RiskLevelText,
  type Tenant,
  tenantLevel,
} from "./levels.ts";
import {
  hasTotals,
  noRule,
  type RiskLimits,
  type RiskRule,
  strictestRule,
  type TotalLimits,
} from "./limits.ts";

export interface VersionedRule extends RiskRule {
  /** Rises by one with every change of the level's rule; 0 before the first. */
  readonly version: number;
}

/** Rules kept at most, as many as a platform may have. */
export const riskRulesMax = 100_000;
/** Accounts whose rules are kept worked out; beyond, all are worked out anew. */
const workedOutMax = 100_000;

export interface GovernedAccount {
  readonly accountId: string;
  readonly tenant: Tenant;
}

export class RiskBook {
  readonly #rules = new Map<RiskLevelText, VersionedRule>();
  /** Rises whenever a rule changes. */
  changes = 0;
  /** The levels that have totals; most platforms have none. */
  readonly #totals = new Map<RiskLevelText, TotalLimits>();
  /** By account, by symbol. */
  readonly #workedOut = new Map<string, Map<string, RiskRule>>();

  /** Takes a rule unless one as new is held; says whether it did. */
  take(level: RiskLevelText, rule: VersionedRule): boolean {
    if (rule.version <= (this.#rules.get(level)?.version ?? 0)) return false;
    this.#rules.set(level, rule);
    if (hasTotals(rule.limits)) this.#totals.set(level, rule.limits);
    else this.#totals.delete(level);
    this.#workedOut.clear();
    this.changes++;
    return true;
  }

  rule(level: RiskLevelText): VersionedRule {
    return this.#rules.get(level) ?? unwritten;
  }

  /** Whether some rule limits the day's loss, so that somebody must keep count of it. */
  get limitsDailyLoss(): boolean {
    return this.#rules.values().some(({ limits }) => limitsLoss(limits));
  }

  /** What bounds the account together with others, by level; the platform's first. */
  totalsFor({ tenant }: Pick<GovernedAccount, "tenant">): readonly LevelLimits[] {
    if (this.#totals.size === 0) return none;
    return [platformLevel, tenantLevel(tenant)].flatMap((level) => {
      const limits = this.#totals.get(level);
      return limits === undefined ? [] : [{ level, limits }];
    });
  }

  /** The strictest of the four levels, for an order in the symbol. */
  ruleFor(account: GovernedAccount, symbol: string): RiskRule {
    if (this.#rules.size === 0) return noRule;
    let bySymbol = this.#workedOut.get(account.accountId);
    if (bySymbol === undefined) {
      if (this.#workedOut.size >= workedOutMax) this.#workedOut.clear();
      bySymbol = new Map();
      this.#workedOut.set(account.accountId, bySymbol);
    }
    let rule = bySymbol.get(symbol);
    if (rule === undefined) {
      rule = levelsOf(account, symbol).map((level) => this.rule(level)).reduce(
        strictestRule,
        noRule,
      );
      bySymbol.set(symbol, rule);
    }
    return rule;
  }
}

/** What bounds all accounts of a level together. */
export interface LevelLimits {
  readonly level: RiskLevelText;
  readonly limits: TotalLimits;
}

const none: readonly LevelLimits[] = [];

const limitsLoss = ({ dailyLossMax, totalDailyLossMax }: RiskLimits): boolean =>
  dailyLossMax !== null || totalDailyLossMax !== null;

const unwritten: VersionedRule = { ...noRule, version: 0 };

/** The levels that govern an order, from the most general. */
export const levelsOf = (account: GovernedAccount, symbol: string): RiskLevelText[] => [
  platformLevel,
  tenantLevel(account.tenant),
  accountLevel(account.accountId),
  instrumentLevel(symbol),
];
