/** The desk's SQL: loading accounts, and storing a turn in one statement. */

import { type Kysely, sql } from "kysely";
import { type Account, emptyAccount } from "../../../shared/domain/account.ts";
import { countOpen } from "../../../shared/domain/books.ts";
import type { AccountCurrency } from "../../../shared/domain/currency.ts";
import type { AccountId, OrderId, TransactionId } from "../../../shared/domain/ids.ts";
import { formatRate, micros } from "../../../shared/domain/money.ts";
import { onceKeyOf } from "../../../shared/domain/money_books.ts";
import { isOpen, type Order, type OrderTerms } from "../../../shared/domain/orders/order.ts";
import type { LotMatching, PositionMode } from "../../../shared/domain/position.ts";
import type { Tenant } from "../../../shared/domain/risk/levels.ts";
import { toRfc3339 } from "../../../shared/domain/time.ts";
import type { OrderFilled, Transaction } from "../../../shared/domain/transaction.ts";
import { fromOrder, toOrder, transactionIdOf } from "../orders/order_rows.ts";
import { openStatuses } from "../orders/order_store.ts";
import { fromTransactionView } from "../transactions/transaction_view.ts";
import type { TransactionView } from "../../../shared/contracts/http/trading.ts";
import { type Booked, clientOrderKey, fillKey } from "./decision.ts";
import {
  flatColumns,
  goneLotColumns,
  loadPositions,
  lotColumns,
  lotRecords,
  positionColumns,
  positionRecords,
} from "./position_rows.ts";
import type { TradingDatabase } from "./tables.ts";
import type { Turn } from "./turn.ts";

/** Another writer moved the account on, or the client order id was used; look and decide again. */
export class AccountMoved extends Error {
  override readonly name = "AccountMoved";
}

export interface BooksStore {
  loadAccounts(ids: readonly AccountId[]): Promise<Account[]>;
  /** By `<accountId> <clientOrderId>`. */
  ordersByClientId(
    wanted: readonly { accountId: string; clientOrderId: string }[],
  ): Promise<Map<string, Order>>;
  /** What those of the orders that were replaced since were placed as. */
  placedAs(orders: readonly Order[]): Promise<Map<OrderId, OrderTerms>>;
  ordersById(ids: readonly OrderId[]): Promise<Order[]>;
  bookedFills(wanted: readonly { venue: string; execId: string }[]): Promise<Set<string>>;
  /** By `<accountId> <key>`: the transactions booked under keys that are used once. */
  bookedOnce(wanted: readonly { accountId: string; key: string }[]): Promise<
    Map<string, Transaction>
  >;
  /** @throws AccountMoved when an account is not at the transaction the turn began from. */
  commit(turn: Turn): Promise<void>;
}

/** One JSON parameter as rows: as quick as an array per column, and plain to read. */
const rows = (records: readonly unknown[], columns: string) =>
  sql`json_to_recordset(${JSON.stringify(records)}::text::json) as x(${sql.raw(columns)})`;

export function createBooksStore(db: Kysely<TradingDatabase>): BooksStore {
  return {
    loadAccounts: (ids) => loadAccounts(db, ids),
    ordersByClientId: (wanted) => ordersByClientId(db, wanted),
    placedAs: (orders) => placedAs(db, orders),
    ordersById: (ids) => ordersById(db, ids),
    bookedFills: (wanted) => bookedFills(db, wanted),
    bookedOnce: (wanted) => bookedOnce(db, wanted),
    commit: (turn) => commit(db, turn),
  };
}

async function loadAccounts(db: Kysely<TradingDatabase>, ids: readonly AccountId[]) {
  const accounts = new Map<string, Account>(ids.map((id) => [id, emptyAccount(id)]));
  const accountRows = await db.selectFrom("accounts").selectAll()
    .where("account_id", "in", ids).execute();
  for (const row of accountRows) {
    const account = accounts.get(row.account_id)!;
    account.tenant = row.tenant as Tenant;
    account.currency = row.currency as AccountCurrency;
    account.balance = micros(BigInt(row.balance));
    account.lastTransactionId = Number(row.last_transaction_id) as TransactionId;
    account.marginCall = row.margin_call;
    account.positionMode = row.position_mode as PositionMode;
    account.lotMatching = row.lot_matching as LotMatching;
  }
  await loadPositions(db, accounts);
  const orders = await db.selectFrom("orders").selectAll()
    .where("account_id", "in", ids)
    .where("status", "in", openStatuses).execute();
  for (const order of orders.map(toOrder)) {
    const account = accounts.get(order.accountId)!;
    account.orders.set(order.orderId, order);
    countOpen(account, order, 1);
  }
  return [...accounts.values()];
}

async function ordersByClientId(
  db: Kysely<TradingDatabase>,
  wanted: readonly { accountId: string; clientOrderId: string }[],
): Promise<Map<string, Order>> {
  const records = wanted.map((one) => ({ a: one.accountId, c: one.clientOrderId }));
  const found = await db.selectFrom("orders").selectAll()
    .where(
      sql<boolean>`(account_id, client_order_id) in (select a, c from ${
        rows(records, "a text, c text")
      })`,
    ).execute();
  return new Map(found.map(toOrder).map((order) => [clientOrderKey(order), order]));
}

async function placedAs(
  db: Kysely<TradingDatabase>,
  orders: readonly Order[],
): Promise<Map<OrderId, OrderTerms>> {
  const replaced = orders.filter((order) => order.revision > 0);
  if (replaced.length === 0) return new Map();
  const records = replaced.map((one) => ({ a: one.accountId, t: transactionIdOf(one.orderId) }));
  const found = await db.selectFrom("transactions").select("body")
    .where(
      sql<boolean>`(account_id, transaction_id) in (select a, t from ${
        rows(records, "a text, t int8")
      })`,
    ).execute();
  const first = found.map(({ body }) => fromTransactionView(body as TransactionView));
  return new Map(
    first.flatMap((one) => one.type === "order_accepted" ? [[one.orderId, one.terms]] : []),
  );
}

async function ordersById(db: Kysely<TradingDatabase>, ids: readonly OrderId[]): Promise<Order[]> {
  const records = ids.map((id) => ({
    a: id.slice(0, id.lastIndexOf(".")),
    t: transactionIdOf(id),
  }));
  const found = await db.selectFrom("orders").selectAll()
    .where(
      sql<boolean>`(account_id, transaction_id) in (select a, t from ${
        rows(records, "a text, t int8")
      })`,
    ).execute();
  return found.map(toOrder);
}

async function bookedFills(
  db: Kysely<TradingDatabase>,
  wanted: readonly { venue: string; execId: string }[],
): Promise<Set<string>> {
  const records = wanted.map((one) => ({ v: one.venue, e: one.execId }));
  const found = await db.selectFrom("fills").select(["venue", "exec_id"])
    .where(sql<boolean>`(venue, exec_id) in (select v, e from ${rows(records, "v text, e text")})`)
    .execute();
  return new Set(found.map((row) => fillKey({ venue: row.venue, execId: row.exec_id })));
}

async function bookedOnce(
  db: Kysely<TradingDatabase>,
  wanted: readonly { accountId: string; key: string }[],
): Promise<Map<string, Transaction>> {
  const records = wanted.map((one) => ({ a: one.accountId, k: one.key }));
  const found = await db.selectFrom("booked_once as once")
    .innerJoin("transactions as one", (join) =>
      join.onRef("one.account_id", "=", "once.account_id")
        .onRef("one.transaction_id", "=", "once.transaction_id"))
    .select(["once.account_id", "once.key", "one.body"])
    .where(
      sql<boolean>`(once.account_id, once.key) in (select a, k from ${
        rows(records, "a text, k text")
      })`,
    ).execute();
  return new Map(
    found.map((row) => [
      `${row.account_id} ${row.key}`,
      fromTransactionView(row.body as TransactionView),
    ]),
  );
}

/**
 * One statement stores a turn: one round trip, and whole or not at all without a transaction around
 * it. Another writer that moved an account on has used the transaction numbers this turn wants, so
 * the transactions' key is what keeps two writers apart.
 */
async function commit(db: Kysely<TradingDatabase>, turn: Turn): Promise<void> {
  const { held, flat } = positionRecords(turn.positions);
  const lots = lotRecords(turn);
  try {
    await sql`with
      moved as (insert into trading.accounts
          (account_id, tenant, currency, balance, last_transaction_id, open_orders, margin_call,
          position_mode, lot_matching)
        select id, tenant, currency, balance, last, open, call, mode, matching from ${
      rows(accountRecords(turn), accountColumns)
    }
        on conflict (account_id) do update set balance = excluded.balance,
          last_transaction_id = excluded.last_transaction_id, open_orders = excluded.open_orders,
          margin_call = excluded.margin_call),
      numbered as (insert into trading.transactions (account_id, transaction_id, time, type, body)
        select a, t, at, type, body
        from ${rows(transactionRecords(turn.views), transactionColumns)}),
      posted as (insert into trading.postings
          (account_id, transaction_id, line, book, currency, amount, rate)
        select a, t, line, book, currency, amount, rate
        from ${rows(postingRecords(turn.booked), postingColumns)}),
      filled as (insert into trading.fills (venue, exec_id, account_id, transaction_id)
        select v, e, a, t from ${rows(fillRecords(turn.booked), fillColumns)}),
      once as (insert into trading.booked_once (account_id, key, transaction_id)
        select a, k, t from ${rows(onceRecords(turn.booked), "a text, k text, t int8")}),
      ordered as (insert into trading.orders (${orderNames})
        select ${orderNames} from ${rows(turn.orders.map(fromOrder), orderColumns)}
        on conflict (account_id, transaction_id) do update set status = excluded.status,
          filled_units = excluded.filled_units, filled_cost = excluded.filled_cost,
          reject_reason = excluded.reject_reason, text = excluded.text,
          triggered_at = excluded.triggered_at, units = excluded.units, price = excluded.price,
          time_in_force = excluded.time_in_force, expire_time = excluded.expire_time,
          trigger_price = excluded.trigger_price, price_bound = excluded.price_bound,
          trailing_distance = excluded.trailing_distance, revision = excluded.revision,
          replacing = excluded.replacing, arrival = excluded.arrival,
          updated_at = excluded.updated_at),
      positioned as (insert into trading.positions (account_id, symbol, leg, units, open_cost)
        select a, s, leg, units, cost from ${rows(held, positionColumns)}
        on conflict (account_id, symbol, leg) do update
          set units = excluded.units, open_cost = excluded.open_cost),
      ${lotChanges(lots)}
      ${lateChanges(turn.lateFills)}
      ${levelTurns(turn.levels)}
      flattened as (delete from trading.positions where (account_id, symbol, leg) in
        (select a, s, leg from ${rows(flat, flatColumns)}))
      insert into trading.outbox (topic, bodies)
        select topic, bodies from ${rows(outboxRecords(turn.outbox), "topic text, bodies json")}`
      .execute(db);
  } catch (error) {
    if (!isTaken(error)) throw error;
    throw new AccountMoved("Cannot store the turn: a number or an id in it is taken", {
      cause: error,
    });
  }
}

/** Nothing for the turns of accounts that keep no lots: the statement stays as short as it was. */
const lotChanges = ({ standing, gone }: ReturnType<typeof lotRecords>) =>
  standing.length + gone.length === 0 ? sql.raw("") : sql`
      lotted as (insert into trading.lots
          (account_id, lot_id, order_transaction_id, symbol, units, price, opened_at)
        select a, l, o, s, units, price, opened from ${rows(standing, lotColumns)}
        on conflict (account_id, lot_id) do update set units = excluded.units),
      unlotted as (delete from trading.lots where (account_id, lot_id) in
        (select a, l from ${rows(gone, goneLotColumns)})),`;

const lateChanges = (late: Turn["lateFills"]) =>
  late.length === 0 ? sql.raw("") : sql`
      late as (insert into trading.late_fills (account_id, transaction_id, symbol, time)
        select a, t, s, at from ${rows(late.map(lateRecord), lateColumns)}),`;

/** A count other than the one expected becomes none, which the column does not take. */
const levelTurns = (levels: Turn["levels"]) =>
  levels.length === 0 ? sql.raw("") : sql`
      counted as (update trading.risk_turns as held set turn =
          case when held.turn = coalesce(x.t, held.turn) then held.turn + 1 end
        from ${rows(levels.map(({ level, turn }) => ({ l: level, t: turn })), "l text, t int8")}
        where held.level = x.l),`;

const lateColumns = "a text, t int8, s text, at timestamptz";
const lateRecord = (one: OrderFilled) => ({
  a: one.accountId,
  t: one.transactionId,
  s: one.symbol,
  at: toRfc3339(one.time),
});

/**
 * Postgres' unique_violation: the other writer's transaction, or the order or fill it made of it.
 * Its not_null_violation: the other writer's turn of a level. Or its deadlock_detected: two turns
 * over the same accounts, of which this one was given up.
 */
const isTaken = (error: unknown): boolean =>
  ["23505", "23502", "40P01"].includes((error as { code?: string }).code ?? "");

/** One row a topic: what a turn has to say is moved on together. */
const outboxRecords = (outbox: Turn["outbox"]) =>
  [...Map.groupBy(outbox, ({ topic }) => topic)]
    .map(([topic, entries]) => ({ topic, bodies: entries.map(({ body }) => body) }));

const accountColumns = "id text, tenant text, currency text, balance int8, last int8, open int4," +
  " call bool, mode text, matching text";
const accountRecords = (turn: Turn) =>
  turn.accounts.map((account) => ({
    id: account.accountId,
    tenant: account.tenant,
    currency: account.currency,
    balance: String(account.balance),
    last: account.lastTransactionId,
    open: account.openOrders,
    call: account.marginCall,
    mode: account.positionMode,
    matching: account.lotMatching,
  }));

const transactionColumns = "a text, t int8, at timestamptz, type text, body json";
const transactionRecords = (views: readonly TransactionView[]) =>
  views.map((body) => ({
    a: body.accountId,
    t: body.transactionId,
    at: body.time,
    type: body.type,
    body,
  }));

const postingColumns =
  "a text, t int8, line int2, book text, currency text, amount int8, rate numeric";
const postingRecords = (booked: readonly Booked[]) =>
  booked.flatMap(({ transaction, postings }) =>
    postings.map((posting, line) => ({
      a: transaction.accountId,
      t: transaction.transactionId,
      line: line + 1,
      book: posting.book,
      currency: posting.currency,
      amount: String(posting.amount),
      rate: posting.rate === null ? null : formatRate(posting.rate),
    }))
  );

const fillColumns = "v text, e text, a text, t int8";
const fillRecords = (booked: readonly Booked[]) =>
  booked.flatMap(({ transaction: one }) =>
    one.type === "order_filled"
      ? [{ v: one.venue, e: one.execId, a: one.accountId, t: one.transactionId }]
      : []
  );

const onceRecords = (booked: readonly Booked[]) =>
  booked.flatMap(({ transaction: one }) => {
    const key = onceKeyOf(one);
    return key === null ? [] : [{ a: one.accountId, k: key, t: one.transactionId }];
  });

const orderColumns = `account_id text, transaction_id int8, client_order_id text, symbol text,
  side text, type text, time_in_force text, units int8, price int8, expire_time timestamptz,
  status text, filled_units int8, filled_cost numeric, reject_reason text, text text,
  created_at timestamptz, updated_at timestamptz, close_lot_id int8,
  trigger_price int8, trailing_distance int8, trigger_side text, price_bound int8,
  position_fill text, tag text, triggered_at timestamptz, revision int4, replacing json,
  guaranteed_premium int8, on_fill json, parent_order_id text, oco_group text, releases boolean, arrival json`;
const orderNames = sql.raw(
  orderColumns.replace(/ (text|int4|int8|json|numeric|timestamptz|boolean)(?=,|$)/g, ""),
);

/** Drops the orders of the account that can no longer trade, once they are stored. */
export function forgetEndedOrders(account: Account): void {
  if (account.orders.size === account.openOrders) return;
  for (const order of account.orders.values()) {
    if (!isOpen(order.status)) account.orders.delete(order.orderId);
  }
}
