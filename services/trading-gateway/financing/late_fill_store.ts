/** Fills that were booked after the end of the day they are dated in, until their rolls are right. */

import { type Kysely, sql } from "kysely";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { type Symbol, units } from "../../../shared/domain/instrument.ts";
import { financingKey } from "../../../shared/domain/money_books.ts";
import type { FinancingCharged } from "../../../shared/domain/money_transactions.ts";
import { type Leg, legs } from "../../../shared/domain/position.ts";
import { type EpochMs, epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import type { TradingDatabase } from "../desk/tables.ts";
import { fromTransactionView } from "../transactions/transaction_view.ts";
import type { TransactionView } from "../../../shared/contracts/http/trading.ts";
import { type EndedDay, filledSince, type HeldPosition, toEndedDay } from "./roll_store.ts";

type Db = Kysely<TradingDatabase>;

/** Late fills seen to at once at most. */
export const lateFillsMax = 200;
/** Days back that a late fill is looked at, at most: older ones are a matter for people. */
const daysMax = 30;

export interface LateFill {
  readonly accountId: AccountId;
  readonly transactionId: number;
  readonly symbol: Symbol;
  readonly time: EpochMs;
}

/** Where to go on among the late fills. */
export type LatePlace = Pick<LateFill, "accountId" | "transactionId">;

/** The next ones, in order of account and transaction; from the first on where `after` is `null`. */
export async function lateFills(db: Db, after: LatePlace | null): Promise<LateFill[]> {
  let query = db.selectFrom("late_fills").selectAll();
  if (after !== null) {
    const { accountId, transactionId } = after;
    query = query.where(
      sql<boolean>`(account_id, transaction_id) > (${accountId}, ${transactionId}::int8)`,
    );
  }
  const rows = await query.orderBy("account_id").orderBy("transaction_id").limit(lateFillsMax)
    .execute();
  return rows.map((row) => ({
    accountId: row.account_id as AccountId,
    transactionId: Number(row.transaction_id),
    symbol: row.symbol as Symbol,
    time: epochMs(Number(row.time)),
  }));
}

export async function forgetLateFill(db: Db, { accountId, transactionId }: LatePlace) {
  await db.deleteFrom("late_fills").where("account_id", "=", accountId)
    .where("transaction_id", "=", transactionId).execute();
}

/** The days that ended after a moment, newest first; some may still be pending. */
export async function daysEndedAfter(db: Db, at: EpochMs) {
  const rows = await db.selectFrom("rolls").selectAll().where("ended_at", ">", toDate(at))
    .orderBy("day", "desc").limit(daysMax).execute();
  return rows.map((row) => ({ ...toEndedDay(row), completed: row.completed }));
}

const toDate = (at: EpochMs) => sql<Date>`${toRfc3339(at)}::timestamptz`;

/** What the account held of the symbol when the day ended, each way it may be held, 0 included. */
export async function heldAt(
  db: Db,
  { accountId, symbol }: LateFill,
  { endedAt }: EndedDay,
): Promise<HeldPosition[]> {
  const found = await sql<{ leg: Leg; units: string }>`
    select leg, sum(units) as units from (
      select account_id, symbol, leg, units from trading.positions
      union all
      ${filledSince(endedAt, accountId)}
    ) as held
    where account_id = ${accountId} and symbol = ${symbol} group by leg`.execute(db);
  const held = new Map(found.rows.map((row) => [row.leg, Number(row.units)]));
  return legs.map((leg) => ({ accountId, symbol, leg, units: units(held.get(leg) ?? 0) }));
}

/** What the position has been charged for the day so far, oldest first. */
export async function chargesOf(
  db: Db,
  { accountId, symbol, leg }: HeldPosition,
  day: string,
): Promise<FinancingCharged[]> {
  const key = financingKey({ symbol, day, ...(leg === "net" ? {} : { leg }) });
  const rows = await db.selectFrom("booked_once as once")
    .innerJoin("transactions as one", (join) =>
      join.onRef("one.account_id", "=", "once.account_id")
        .onRef("one.transaction_id", "=", "once.transaction_id"))
    .select("one.body")
    .where("once.account_id", "=", accountId)
    .where((is) => is.or([is("once.key", "=", key), is("once.key", "like", `${key} #%`)]))
    .orderBy("one.transaction_id").execute();
  return rows.map((row) => fromTransactionView(row.body as TransactionView) as FinancingCharged);
}
