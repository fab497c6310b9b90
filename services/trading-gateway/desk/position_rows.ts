/** Positions and their lots between their rows and the domain; the row types stop here. */

import type { Kysely, Selectable } from "kysely";
import type { Account } from "../../../shared/domain/account.ts";
import { type AccountId, orderIdOf, type TransactionId } from "../../../shared/domain/ids.ts";
import { price, type Symbol, units } from "../../../shared/domain/instrument.ts";
import { micros } from "../../../shared/domain/money.ts";
import {
  keepsLots,
  type Leg,
  legOf,
  type Lot,
  positionKey,
} from "../../../shared/domain/position.ts";
import { epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import { transactionIdOf } from "../orders/order_rows.ts";
import type { Turn } from "./turn.ts";
import type { TradingDatabase } from "./tables.ts";

/** Reads the positions of accounts whose rules are known, into them. */
export async function loadPositions(
  db: Kysely<TradingDatabase>,
  accounts: ReadonlyMap<string, Account>,
): Promise<void> {
  const positions = await db.selectFrom("positions").selectAll()
    .where("account_id", "in", [...accounts.keys()]).execute();
  const ofLots = new Set<string>();
  for (const row of positions) {
    const account = accounts.get(row.account_id)!;
    const symbol = row.symbol as Symbol;
    const held = {
      symbol,
      units: units(Number(row.units)),
      openCost: micros(BigInt(row.open_cost)),
    };
    account.positions.set(
      positionKey(symbol, row.leg as Leg),
      keepsLots(account) ? { ...held, lots: [] } : held,
    );
    if (keepsLots(account)) ofLots.add(row.account_id);
  }
  if (ofLots.size > 0) await loadLots(db, accounts, [...ofLots]);
}

async function loadLots(
  db: Kysely<TradingDatabase>,
  accounts: ReadonlyMap<string, Account>,
  ids: readonly string[],
): Promise<void> {
  const rows = await db.selectFrom("lots").selectAll().where("account_id", "in", ids)
    .orderBy("account_id").orderBy("lot_id").execute();
  for (const row of rows) {
    const account = accounts.get(row.account_id)!;
    const lot = toLot(row);
    const leg = legOf(account.positionMode, lot.units);
    const held = account.positions.get(positionKey(row.symbol as Symbol, leg));
    (held?.lots as Lot[] | undefined)?.push(lot);
  }
}

const toLot = (row: Selectable<TradingDatabase["lots"]>): Lot => ({
  lotId: Number(row.lot_id) as TransactionId,
  orderId: orderIdOf(
    row.account_id as AccountId,
    Number(row.order_transaction_id) as TransactionId,
  ),
  units: units(Number(row.units)),
  price: price(Number(row.price)),
  openedAt: epochMs(Number(row.opened_at)),
});

export const positionColumns = "a text, s text, leg text, units int8, cost int8";
export const flatColumns = "a text, s text, leg text";

/** Positions as they now stand, and those that are gone. */
export function positionRecords(changed: Turn["positions"]) {
  const held: { a: string; s: string; leg: Leg; units: number; cost: string }[] = [];
  const flat: { a: string; s: string; leg: Leg }[] = [];
  for (const { account, symbol } of changed) {
    const ways: Leg[] = account.positionMode === "netting" ? ["net"] : ["long", "short"];
    for (const leg of ways) {
      const now = account.positions.get(positionKey(symbol as Symbol, leg));
      const key = { a: account.accountId, s: symbol, leg };
      if (now === undefined) flat.push(key);
      else held.push({ ...key, units: now.units, cost: String(now.openCost) });
    }
  }
  return { held, flat };
}

export const lotColumns =
  "a text, l int8, o int8, s text, units int8, price int8, opened timestamptz";
export const goneLotColumns = "a text, l int8";

/** Lots that fills of the turn opened or took from: as they now stand, and those that are gone. */
export function lotRecords({ accounts, booked }: Pick<Turn, "accounts" | "booked">) {
  const touched = new Map<Account, { symbol: Symbol; lotIds: Set<TransactionId> }[]>();
  const keeping = new Map(
    accounts.filter(keepsLots).map((account) => [account.accountId, account]),
  );
  for (const { transaction: one } of keeping.size === 0 ? [] : booked) {
    const account = keeping.get(one.accountId);
    if (one.type !== "order_filled" || account === undefined) continue;
    const lotIds = new Set([one.transactionId, ...(one.closed ?? []).map(({ lotId }) => lotId)]);
    const before = touched.get(account) ?? [];
    touched.set(account, [...before, { symbol: one.symbol, lotIds }]);
  }
  const standing = new Map<string, ReturnType<typeof lotRecord>>();
  const gone = new Map<string, { a: string; l: number }>();
  for (const [account, fills] of touched) {
    for (const { symbol, lotIds } of fills) {
      const lots = lotsOf(account, symbol);
      for (const lotId of lotIds) {
        const key = `${account.accountId} ${lotId}`;
        const lot = lots.find((one) => one.lotId === lotId);
        if (lot === undefined) gone.set(key, { a: account.accountId, l: lotId });
        else standing.set(key, lotRecord(account, symbol, lot));
      }
    }
  }
  return { standing: [...standing.values()], gone: [...gone.values()] };
}

const lotsOf = (account: Account, symbol: Symbol): Lot[] =>
  (["net", "long", "short"] as const).flatMap((leg) =>
    account.positions.get(positionKey(symbol, leg))?.lots ?? []
  );

const lotRecord = (account: Account, symbol: Symbol, lot: Lot) => ({
  a: account.accountId,
  l: lot.lotId,
  o: transactionIdOf(lot.orderId),
  s: symbol,
  units: lot.units,
  price: lot.price,
  opened: toRfc3339(lot.openedAt),
});
