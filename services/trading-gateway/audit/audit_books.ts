/**
 * Proves the books: folds every account's stored transactions anew and compares what comes out with
 * every table, row by row. A difference means a broken store or a broken rule.
 */

import type { Kysely } from "kysely";
import { type Account, emptyAccount } from "../../../shared/domain/account.ts";
import { applyTransaction } from "../../../shared/domain/books.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { type Posting, unbalanced } from "../../../shared/domain/ledger.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { formatRate } from "../../../shared/domain/money.ts";
import { onceKeyOf } from "../../../shared/domain/money_books.ts";
import type { Order } from "../../../shared/domain/orders/order.ts";
import { type Leg, positionKey } from "../../../shared/domain/position.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";
import type { TradingDatabase } from "../desk/tables.ts";
import { fromOrder, toOrder, transactionIdOf } from "../orders/order_rows.ts";
import { fromTransactionView } from "../transactions/transaction_view.ts";
import type { TransactionView } from "../../../shared/contracts/http/trading.ts";

type Db = Kysely<TradingDatabase>;

/** Transactions read at once at most. */
const pageMax = 5_000;

/** Every difference, as text for a person; empty when the books are proven. */
export async function auditBooks(db: Db): Promise<string[]> {
  const ids = await db.selectFrom("accounts").select("account_id").orderBy("account_id").execute();
  const found: string[] = [];
  for (const { account_id } of ids) {
    found.push(...await auditAccount(db, account_id as AccountId));
  }
  return found;
}

async function auditAccount(db: Db, accountId: AccountId): Promise<string[]> {
  const refolded = await refold(db, accountId);
  const { account, postings, fills, onces } = refolded;
  const compare = differences(accountId);
  return [
    ...compare("account", [accountLine(account)], await accountLines(db, accountId)),
    ...compare(
      "order",
      [...account.orders.values()].map(orderLine),
      await orderLines(db, accountId),
    ),
    ...compare("position", positionLines(account), await storedPositions(db, accountId)),
    ...compare("lot", lotLines(account), await storedLots(db, accountId)),
    ...compare("posting", postings, await storedPostings(db, accountId)),
    ...compare("fill", fills, await storedFills(db, accountId)),
    ...compare("once key", onces, await storedOnces(db, accountId)),
    ...unbalanced(refolded.ledger).map((one) => `${accountId}: postings in ${one} do not balance`),
  ];
}

/** The account as its transactions alone make it. @throws ImpossibleTransaction on a gap. */
async function refold(db: Db, accountId: AccountId) {
  const account = emptyAccount(accountId);
  const ledger: Posting[] = [];
  const postings: string[] = [];
  const fills: string[] = [];
  const onces: string[] = [];
  for (let page = await transactionsAfter(db, account); page.length > 0;) {
    for (const one of page) {
      const posted = applyTransaction(account, one);
      ledger.push(...posted);
      posted.forEach((posting, at) => postings.push(postingLine(one, posting, at + 1)));
      if (one.type === "order_filled") fills.push(fillLine(one));
      const key = onceKeyOf(one);
      if (key !== null) onces.push([key, one.transactionId].join(" "));
    }
    page = await transactionsAfter(db, account);
  }
  return { account, ledger, postings, fills, onces };
}

async function transactionsAfter(db: Db, account: Account): Promise<Transaction[]> {
  const rows = await db.selectFrom("transactions").select("body")
    .where("account_id", "=", account.accountId)
    .where("transaction_id", ">", account.lastTransactionId)
    .orderBy("transaction_id").limit(pageMax).execute();
  return rows.map((row) => fromTransactionView(row.body as TransactionView));
}

/** Compares two sets of lines, each way. */
const differences =
  (accountId: string) =>
  (what: string, expected: readonly string[], stored: readonly string[]): string[] => {
    const inStore = new Set(stored);
    const inBooks = new Set(expected);
    return [
      ...expected.filter((line) => !inStore.has(line))
        .map((line) => `${accountId}: ${what} missing or different in its table: ${line}`),
      ...stored.filter((line) => !inBooks.has(line))
        .map((line) => `${accountId}: ${what} that no transaction made: ${line}`),
    ];
  };

const accountLine = (one: Account): string =>
  [
    one.tenant,
    one.currency,
    one.balance,
    one.lastTransactionId,
    one.openOrders,
    one.marginCall,
    one.positionMode,
    one.lotMatching,
  ].join(" ");

async function accountLines(db: Db, accountId: AccountId): Promise<string[]> {
  const rows = await db.selectFrom("accounts").selectAll().where("account_id", "=", accountId)
    .execute();
  return rows.map((row) =>
    [
      row.tenant,
      row.currency,
      row.balance,
      row.last_transaction_id,
      row.open_orders,
      row.margin_call,
      row.position_mode,
      row.lot_matching,
    ].join(" ")
  );
}

const orderLine = (order: Order): string => JSON.stringify(fromOrder(order));

async function orderLines(db: Db, accountId: AccountId): Promise<string[]> {
  const rows = await db.selectFrom("orders").selectAll().where("account_id", "=", accountId)
    .execute();
  return rows.map((row) => orderLine(toOrder(row)));
}

const positionLines = (account: Account): string[] =>
  [...account.positions.entries()].map(([key, one]) => [key, one.units, one.openCost].join(" "));

async function storedPositions(db: Db, accountId: AccountId): Promise<string[]> {
  const rows = await db.selectFrom("positions").selectAll().where("account_id", "=", accountId)
    .execute();
  return rows.map((row) =>
    [positionKey(row.symbol as Symbol, row.leg as Leg), row.units, row.open_cost].join(" ")
  );
}

const lotLines = (account: Account): string[] =>
  [...account.positions.values()].flatMap(({ symbol, lots = [] }) =>
    lots.map((lot) =>
      [symbol, lot.lotId, transactionIdOf(lot.orderId), lot.units, lot.price, lot.openedAt].join(
        " ",
      )
    )
  );

async function storedLots(db: Db, accountId: AccountId): Promise<string[]> {
  const rows = await db.selectFrom("lots").selectAll().where("account_id", "=", accountId)
    .execute();
  return rows.map((row) =>
    [
      row.symbol,
      row.lot_id,
      row.order_transaction_id,
      row.units,
      row.price,
      Number(row.opened_at),
    ].join(" ")
  );
}

function postingLine(one: Transaction, posting: Posting, line: number): string {
  const rate = posting.rate === null ? null : Number(formatRate(posting.rate));
  const { book, currency, amount } = posting;
  return [one.transactionId, line, book, currency, amount, rate].join(" ");
}

async function storedPostings(db: Db, accountId: AccountId): Promise<string[]> {
  const rows = await db.selectFrom("postings").selectAll().where("account_id", "=", accountId)
    .execute();
  return rows.map((row) =>
    [
      row.transaction_id,
      row.line,
      row.book,
      row.currency,
      row.amount,
      row.rate === null ? null : Number(row.rate),
    ].join(" ")
  );
}

const fillLine = (one: Transaction & { type: "order_filled" }): string =>
  [one.venue, one.execId, one.transactionId].join(" ");

async function storedFills(db: Db, accountId: AccountId): Promise<string[]> {
  const rows = await db.selectFrom("fills").selectAll().where("account_id", "=", accountId)
    .execute();
  return rows.map((row) => [row.venue, row.exec_id, row.transaction_id].join(" "));
}

async function storedOnces(db: Db, accountId: AccountId): Promise<string[]> {
  const rows = await db.selectFrom("booked_once").selectAll().where("account_id", "=", accountId)
    .execute();
  return rows.map((row) => [row.key, row.transaction_id].join(" "));
}
