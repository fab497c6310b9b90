/** Kills in the store, and what a level holds for them to end. */

import { type Kysely, sql, type Transaction } from "kysely";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { killPrefix, stopOutPrefix } from "../../../shared/domain/margin.ts";
import type { OrderStatus } from "../../../shared/domain/orders/order.ts";
import { parseRiskLevel, type RiskLevelText } from "../../../shared/domain/risk/levels.ts";
import { strictestState, type TradingState } from "../../../shared/domain/risk/limits.ts";
import { type EpochMs, epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import type { TradingDatabase } from "../desk/tables.ts";
import { openStatuses } from "../orders/order_store.ts";

type Db = Kysely<TradingDatabase>;
type Trx = Transaction<TradingDatabase>;

/** Orders a kill lists by name at most; the counts are of all. */
const listedMax = 1_000;
/** Accounts a kill takes on at once at most. */
export const accountsPageMax = 500;

export interface Kill {
  readonly killId: string;
  readonly level: RiskLevelText;
  readonly state: TradingState;
  readonly flatten: boolean;
  readonly reason: string;
  readonly actor: string;
  /** The level's state without any kill: as it was, or as somebody has set it since. */
  readonly stateBefore: TradingState;
  readonly createdAt: EpochMs;
  readonly finishedAt: EpochMs | null;
  readonly releasedAt: EpochMs | null;
}

/** What a level holds that a kill would end. */
export interface Standing {
  readonly accounts: number;
  readonly openOrders: number;
  readonly openPositions: number;
}

/** An order the kill asked to be canceled, or placed to close a position, as it now is. */
export interface KillOrder {
  readonly accountId: string;
  readonly orderId: string;
  readonly symbol: string;
  readonly purpose: "cancel" | "flatten";
  readonly status: OrderStatus;
}

export interface KillProgress {
  readonly canceled: { readonly asked: number; readonly ended: number };
  readonly flattened: { readonly placed: number; readonly ended: number };
  readonly standing: Standing;
  readonly orders: readonly KillOrder[];
}

/** Conditions on an order's or a position's row that put it on the level. */
function onLevel(level: RiskLevelText, row: string) {
  const { kind, name } = parseRiskLevel(level)!;
  const column = (of: string) => sql.ref(`${row}.${of}`);
  switch (kind) {
    case "platform":
      return sql<boolean>`true`;
    case "account":
      return sql<boolean>`${column("account_id")} = ${name}`;
    case "instrument":
      return sql<boolean>`${column("symbol")} = ${name}`;
    case "tenant":
      return sql<boolean>`${column("account_id")} in
        (select account_id from trading.accounts where tenant = ${name})`;
  }
}

/** Open orders that a kill cancels: not those by which the platform closes positions. */
const cancelable = (db: Db, level: RiskLevelText) =>
  db.selectFrom("orders as one").where("one.status", "in", openStatuses)
    .where("one.client_order_id", "not like", `${stopOutPrefix}%`)
    .where("one.client_order_id", "not like", `${killPrefix}%`)
    .where(onLevel(level, "one"));

const positions = (db: Db, level: RiskLevelText) =>
  db.selectFrom("positions as held").where(onLevel(level, "held"));

export async function standingOn(db: Db, level: RiskLevelText): Promise<Standing> {
  const orders = await cancelable(db, level).select((make) => make.fn.countAll().as("count"))
    .executeTakeFirstOrThrow();
  const held = await positions(db, level).select((make) => make.fn.countAll().as("count"))
    .executeTakeFirstOrThrow();
  const accounts = await cancelable(db, level).select("one.account_id")
    .union(positions(db, level).select("held.account_id")).execute();
  return {
    accounts: accounts.length,
    openOrders: Number(orders.count),
    openPositions: Number(held.count),
  };
}

/** Accounts with an order to cancel, or with a position where those count too; in order of their ids. */
export async function accountsToEnd(
  db: Db,
  of: { readonly level: RiskLevelText; readonly flatten: boolean; readonly after: string },
): Promise<AccountId[]> {
  const { level, flatten, after } = of;
  const ordered = cancelable(db, level).select("one.account_id")
    .where("one.account_id", ">", after).distinct();
  const wanted = flatten
    ? ordered.union(
      positions(db, level).select("held.account_id").where("held.account_id", ">", after)
        .distinct(),
    )
    : ordered;
  const rows = await wanted.orderBy("account_id").limit(accountsPageMax).execute();
  return rows.map((row) => row.account_id as AccountId);
}

/** Notes the orders about to be canceled, so that the kill can say of each what became of it. */
export async function noteOrders(
  db: Db,
  kill: Kill,
  accounts: readonly AccountId[],
): Promise<void> {
  await db.insertInto("risk_kill_orders").columns(["kill_id", "account_id", "transaction_id"])
    .expression(
      cancelable(db, kill.level).where("one.account_id", "in", accounts)
        .select([sql<string>`${kill.killId}`.as("kill_id"), "one.account_id"])
        .select(sql<number>`one.transaction_id::int4`.as("transaction_id")),
    )
    .onConflict((on) => on.doNothing()).execute();
}

export async function insertKill(trx: Trx, kill: Kill): Promise<void> {
  await trx.insertInto("risk_kills").values({
    kill_id: kill.killId,
    level: kill.level,
    state: kill.state,
    flatten: kill.flatten,
    reason: kill.reason,
    actor: kill.actor,
    state_before: kill.stateBefore,
    created_at: toRfc3339(kill.createdAt),
    finished_at: null,
    released_at: null,
  }).execute();
}

const kills = (db: Db) => db.selectFrom("risk_kills").selectAll();

export async function selectKill(db: Db, killId: string): Promise<Kill | null> {
  const row = await kills(db).where("kill_id", "=", killId).executeTakeFirst();
  return row === undefined ? null : toKill(row);
}

/** Newest first. */
export const selectKills = async (db: Db, limit: number): Promise<Kill[]> =>
  (await kills(db).orderBy("created_at", "desc").orderBy("kill_id").limit(limit).execute())
    .map(toKill);

/** Neither finished nor released: there is work left. */
export const selectUnfinished = async (db: Db): Promise<Kill[]> =>
  (await kills(db).where("finished_at", "is", null).where("released_at", "is", null)
    .orderBy("created_at").execute()).map(toKill);

/** Kills of the level that are not released, oldest first. */
export const selectStanding = async (db: Db, level: RiskLevelText): Promise<Kill[]> =>
  (await kills(db).where("level", "=", level).where("released_at", "is", null)
    .orderBy("created_at").execute()).map(toKill);

/** The strictest state that kills keep the level in; `null` without one. */
export async function standingState(db: Db, level: RiskLevelText): Promise<TradingState | null> {
  const states = (await selectStanding(db, level)).map(({ state }) => state);
  return states.length === 0 ? null : states.reduce(strictestState);
}

/** What the level goes back to once all its kills are released. */
export async function setStateBefore(
  trx: Trx,
  level: RiskLevelText,
  state: TradingState,
): Promise<void> {
  await trx.updateTable("risk_kills").set({ state_before: state })
    .where("level", "=", level).where("released_at", "is", null).execute();
}

export async function finishKill(db: Db, killId: string, at: EpochMs): Promise<void> {
  await db.updateTable("risk_kills").set({ finished_at: toRfc3339(at) })
    .where("kill_id", "=", killId).where("finished_at", "is", null)
    .where("released_at", "is", null).execute();
}

export async function releaseKillRow(trx: Trx, killId: string, at: EpochMs): Promise<void> {
  await trx.updateTable("risk_kills").set({ released_at: toRfc3339(at) })
    .where("kill_id", "=", killId).execute();
}

/** What became of the orders, by name up to a bound. */
export async function progressOf(db: Db, kill: Kill): Promise<KillProgress> {
  const asked = db.selectFrom("risk_kill_orders as asked")
    .innerJoin("orders as one", (join) =>
      join.onRef("one.account_id", "=", "asked.account_id")
        .onRef("one.transaction_id", "=", "asked.transaction_id"))
    .where("asked.kill_id", "=", kill.killId);
  const placed = db.selectFrom("orders as one")
    .where("one.client_order_id", "like", `${killPrefix}%`).where("one.tag", "=", kill.killId);
  const canceled = await asked.select(counts).executeTakeFirstOrThrow();
  const flattened = await placed.select(counts).executeTakeFirstOrThrow();
  const listed = [
    ...(await asked.select(names).limit(listedMax).execute()).map(killOrder("cancel")),
    ...(await placed.select(names).limit(listedMax).execute()).map(killOrder("flatten")),
  ];
  return {
    canceled: { asked: Number(canceled.all), ended: Number(canceled.ended) },
    flattened: { placed: Number(flattened.all), ended: Number(flattened.ended) },
    standing: await standingOn(db, kill.level),
    orders: listed.slice(0, listedMax),
  };
}

const names = [
  "one.account_id",
  "one.transaction_id",
  "one.symbol",
  "one.status",
] as const;
const counts = [
  sql<string>`count(*)`.as("all"),
  sql<string>`count(*) filter (where one.status not in (${sql.join(openStatuses)}))`.as("ended"),
] as const;

const killOrder = (purpose: KillOrder["purpose"]) =>
(
  row: { account_id: string; transaction_id: unknown; symbol: string; status: string },
): KillOrder => ({
  accountId: row.account_id,
  orderId: `${row.account_id}.${row.transaction_id}`,
  symbol: row.symbol,
  purpose,
  status: row.status as OrderStatus,
});

function toKill(row: {
  kill_id: string;
  level: string;
  state: TradingState;
  flatten: boolean;
  reason: string;
  actor: string;
  state_before: TradingState;
  created_at: Date;
  finished_at: Date | null;
  released_at: Date | null;
}): Kill {
  const moment = (value: Date | null) => (value === null ? null : epochMs(Number(value)));
  return {
    killId: row.kill_id,
    level: row.level as RiskLevelText,
    state: row.state,
    flatten: row.flatten,
    reason: row.reason,
    actor: row.actor,
    stateBefore: row.state_before,
    createdAt: epochMs(Number(row.created_at)),
    finishedAt: moment(row.finished_at),
    releasedAt: moment(row.released_at),
  };
}
