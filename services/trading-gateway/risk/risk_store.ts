/** Rules of risk and their audit in the store. A change, its audit and its announcement are one. */

import { type Kysely, sql, type Transaction } from "kysely";
import { toRuleData } from "../../../shared/contracts/messages/risk.ts";
import { topics } from "../../../shared/contracts/messages/topics.ts";
import type { RiskLevelText } from "../../../shared/domain/risk/levels.ts";
import { noRule, type RiskRule } from "../../../shared/domain/risk/limits.ts";
import { limitsText, storedLimits } from "../../../shared/domain/risk/limits_text.ts";
import type { VersionedRule } from "../../../shared/domain/risk/risk_book.ts";
import { type EpochMs, epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import type { EventSource } from "../../../shared/runtime/events.ts";
import { brokenLink, firstHash, linkHash } from "../../../shared/security/change_chain.ts";
import type { TradingDatabase } from "../desk/tables.ts";
import type { StoredRule } from "./risk_tables.ts";

type Db = Kysely<TradingDatabase>;
type Trx = Transaction<TradingDatabase>;

/** Any number, the same in every copy: changes of risk take turns, so that the chain is one. */
const changeLock = 7_305_811_204_418n;

export interface LevelRule extends VersionedRule {
  readonly level: RiskLevelText;
  readonly changedAt: EpochMs;
}

export interface RiskChange {
  readonly changeId: number;
  readonly at: EpochMs;
  readonly actor: string;
  readonly level: RiskLevelText;
  readonly before: StoredRule;
  readonly after: StoredRule;
  readonly reason: string;
  /** The kill that made the change, or whose release did. */
  readonly killId: string | null;
  readonly previousHash: string;
  readonly hash: string;
}

/** Who asks for a change, when, and why. */
export interface Asked {
  readonly actor: string;
  readonly at: EpochMs;
  readonly reason: string;
  readonly killId: string | null;
}

/** In the order of their levels' texts. */
export async function selectRules(
  db: Db,
  page: { readonly after: string; readonly limit: number },
): Promise<LevelRule[]> {
  const rows = await db.selectFrom("risk_rules").selectAll().where("level", ">", page.after)
    .orderBy("level").limit(page.limit).execute();
  return rows.map((row) => ({
    level: row.level as RiskLevelText,
    version: row.version,
    state: row.state,
    limits: storedLimits(row.limits),
    changedAt: epochMs(Number(row.changed_at)),
  }));
}

/** `null` for a level that never had one. */
export async function selectRule(db: Db, level: RiskLevelText): Promise<LevelRule | null> {
  const row = await db.selectFrom("risk_rules").selectAll().where("level", "=", level)
    .executeTakeFirst();
  return row === undefined ? null : {
    level,
    version: row.version,
    state: row.state,
    limits: storedLimits(row.limits),
    changedAt: epochMs(Number(row.changed_at)),
  };
}

export const countRules = async (db: Db): Promise<number> =>
  Number(
    (await db.selectFrom("risk_rules").select((make) => make.fn.countAll().as("count"))
      .executeTakeFirstOrThrow()).count,
  );

/** Until the transaction ends, no other copy changes a rule or a kill. */
export async function lockChanges(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(changeLock)})`.execute(trx);
}

/** Stores the level's next rule, its audit and its announcement. Needs {@link lockChanges}. */
export async function storeRule(
  trx: Trx,
  change: { readonly level: RiskLevelText; readonly rule: RiskRule; readonly asked: Asked },
  events: EventSource,
): Promise<LevelRule> {
  const { level, rule, asked } = change;
  const before = await selectRule(trx, level);
  const stored = { ...rule, version: (before?.version ?? 0) + 1 };
  const row = {
    version: stored.version,
    state: rule.state,
    limits: asJson(limitsText(rule.limits)),
    changed_at: toRfc3339(asked.at),
  };
  await trx.insertInto("risk_rules").values({ level, ...row })
    .onConflict((on) => on.column("level").doUpdateSet(row)).execute();
  await appendChange(trx, {
    at: asked.at,
    actor: asked.actor,
    level,
    before: storedRule(before ?? { ...noRule, version: 0 }),
    after: storedRule(stored),
    reason: asked.reason,
    killId: asked.killId,
  });
  const event = events.event("risk.rule_changed", toRuleData(level, stored), { subject: level });
  await trx.insertInto("outbox").values({
    topic: topics.risk.name,
    bodies: asJson([JSON.stringify(event)]),
  }).execute();
  return { level, ...stored, changedAt: asked.at };
}

const storedRule = ({ version, state, limits }: VersionedRule): StoredRule => ({
  version,
  state,
  limits: limitsText(limits),
});

async function appendChange(
  trx: Trx,
  change: Omit<RiskChange, "changeId" | "previousHash" | "hash">,
): Promise<void> {
  const last = await trx.selectFrom("risk_changes").select(["change_id", "hash"])
    .orderBy("change_id", "desc").limit(1).executeTakeFirst();
  const changeId = (last?.change_id ?? 0) + 1;
  const previousHash = last?.hash ?? firstHash;
  await trx.insertInto("risk_changes").values({
    change_id: changeId,
    at: toRfc3339(change.at),
    actor: change.actor,
    level: change.level,
    before: asJson(change.before),
    after: asJson(change.after),
    reason: change.reason,
    kill_id: change.killId,
    previous_hash: previousHash,
    hash: linkHash(previousHash, hashed({ ...change, changeId })),
  }).execute();
}

/** What a link's hash covers. */
const hashed = (change: Omit<RiskChange, "previousHash" | "hash">) => ({
  changeId: change.changeId,
  at: toRfc3339(change.at),
  actor: change.actor,
  level: change.level,
  before: change.before,
  after: change.after,
  reason: change.reason,
  killId: change.killId,
});

/** Oldest first. */
export async function selectChanges(
  db: Db,
  page: { readonly since: number; readonly limit: number; readonly level?: string | undefined },
): Promise<RiskChange[]> {
  let query = db.selectFrom("risk_changes").selectAll().where("change_id", ">", page.since);
  if (page.level !== undefined) query = query.where("level", "=", page.level);
  const rows = await query.orderBy("change_id").limit(page.limit).execute();
  return rows.map((row) => ({
    changeId: row.change_id,
    at: epochMs(Number(row.at)),
    actor: row.actor,
    level: row.level as RiskLevelText,
    before: row.before,
    after: row.after,
    reason: row.reason,
    killId: row.kill_id,
    previousHash: row.previous_hash,
    hash: row.hash,
  }));
}

/**
 * How many changes there are, and the first that was tampered with (`null`: none was). Reads
 * `pageMax` links at once, so that a long audit takes no more memory than a short one.
 */
export async function verifyChanges(
  db: Db,
  pageMax = 1_000,
): Promise<{ readonly changes: number; readonly brokenChangeId: number | null }> {
  let changes = 0;
  let brokenChangeId: number | null = null;
  let last: { changeId: number; hash: string } = { changeId: 0, hash: firstHash };
  for (;;) {
    const page = await selectChanges(db, { since: last.changeId, limit: pageMax });
    const links = page.map(({ hash, previousHash, ...change }) => {
      return { hash, previousHash, change: hashed(change) };
    });
    const broken: number | null = brokenChangeId === null ? brokenLink(links, last.hash) : null;
    if (broken !== null) brokenChangeId = page[broken]!.changeId;
    changes += page.length;
    if (page.length < pageMax) return { changes, brokenChangeId };
    last = page.at(-1)!;
  }
}

/** As text: a driver that knows the column is JSON would encode it a second time. */
const asJson = (value: unknown) => sql<string>`${JSON.stringify(value)}::text::json`;
