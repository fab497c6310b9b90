/**
 * What all accounts of a level have together, read from the books, and the turn of the level that
 * keeps two gateways over one store from deciding on the same sums: every turn that touches the level
 * counts it up, and one that was decided on another count is refused by the store.
 */

import { type Kysely, sql } from "kysely";
import type { AccountCurrency } from "../../../shared/domain/currency.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { DayLedger } from "../../../shared/domain/risk/day_result.ts";
import {
  type AccountShare,
  LevelTotals,
  shareOf,
  type SymbolShare,
} from "../../../shared/domain/risk/level_totals.ts";
import { parseRiskLevel, type RiskLevelText } from "../../../shared/domain/risk/levels.ts";
import { type EpochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import type { BooksStore } from "../desk/books_store.ts";
import type { TradingDatabase } from "../desk/tables.ts";
import { openStatuses } from "../orders/order_store.ts";
import type { DayStore } from "./risk_source.ts";

export interface LevelRead {
  readonly turn: number;
  readonly totals: LevelTotals;
}

export interface TotalsStore {
  /**
   * `joins` where this copy has not counted the level's turns up so far: the others then read theirs
   * anew. `since` is when the day began, where its result is asked for.
   */
  read(
    level: RiskLevelText,
    about: { readonly joins: boolean; readonly since: EpochMs | null },
  ): Promise<LevelRead>;
}

/** Accounts whose day is read at once. */
const pageMax = 500;

export function createTotalsStore(
  db: Kysely<TradingDatabase>,
  parts: { readonly books: BooksStore; readonly days: Pick<DayStore, "daysOf"> },
): TotalsStore {
  return {
    async read(level, { joins, since }) {
      // The turn first: what others store meanwhile is in the sums, and the turn shows it.
      const turn = await turnOf(db, level, joins);
      const totals = new LevelTotals();
      totals.add(await shareOfAll(db, level), 1);
      if (since !== null) await addDays(db, parts, { level, since, totals });
      return { turn, totals };
    },
  };
}

async function turnOf(
  db: Kysely<TradingDatabase>,
  level: RiskLevelText,
  joins: boolean,
): Promise<number> {
  const { turn } = await db.insertInto("risk_turns").values({ level, turn: 1 })
    .onConflict((on) =>
      on.column("level").doUpdateSet({
        turn: joins ? sql<number>`risk_turns.turn + 1` : sql<number>`risk_turns.turn`,
      })
    )
    .returning("turn").executeTakeFirstOrThrow();
  return Number(turn);
}

/** The accounts of a level. */
function membersOf(level: RiskLevelText) {
  const { kind, name } = parseRiskLevel(level)!;
  return kind === "platform" ? sql`true` : sql`account.tenant = ${name}`;
}

/** All accounts as if they were one that has traded nothing today. */
async function shareOfAll(
  db: Kysely<TradingDatabase>,
  level: RiskLevelText,
): Promise<AccountShare> {
  const members = membersOf(level);
  const counted = await sql<{ open: string | null }>`
    select sum(account.open_orders) as open from trading.accounts as account where ${members}`
    .execute(db);
  const held = await sql<{ symbol: Symbol; long: string; short: string; cost: string }>`
    select symbol, sum(greatest(units, 0)) as long, sum(greatest(-units, 0)) as short,
      sum(open_cost) as cost
    from trading.positions join trading.accounts as account using (account_id)
    where ${members} group by symbol`.execute(db);
  const waiting = await sql<
    Record<"buying" | "selling" | "adds_long" | "adds_short", string> & { symbol: Symbol }
  >`
    select symbol, sum(buying) as buying, sum(selling) as selling,
      sum(case when hedging then buying else greatest(buying - coalesce(short, 0), 0) end)
        as adds_long,
      sum(case when hedging then selling else greatest(selling - coalesce(long, 0), 0) end)
        as adds_short
    from (select account_id, symbol, position_mode = 'hedging' as hedging,
        sum(case when side = 'buy' then left_units else 0 end) as buying,
        sum(case when side = 'sell' then left_units else 0 end) as selling
      from (select account_id, symbol, side, position_mode,
          greatest(units, coalesce((replacing -> -1 ->> 'units')::int8, 0)) - filled_units
            as left_units
        from trading.orders join trading.accounts as account using (account_id)
        where ${members} and status in (${sql.join(workingStatuses)})
          and position_fill <> 'reduce_only') as opening
      group by account_id, symbol, position_mode) as asked
    left join (select account_id, symbol, sum(greatest(units, 0)) as long,
        sum(greatest(-units, 0)) as short
      from trading.positions join trading.accounts as account using (account_id)
      where ${members} group by account_id, symbol) as held using (account_id, symbol)
    group by symbol`.execute(db);
  const symbols = new Map<Symbol, SymbolShare>();
  for (const { symbol, cost, ...row } of held.rows) {
    const [long, short] = [Number(row.long), Number(row.short)];
    const legs = { long, short, startLong: long, startShort: short };
    symbols.set(symbol, { ...noShare, ...legs, openCost: BigInt(cost) });
  }
  for (const { symbol, buying, selling, adds_long, adds_short } of waiting.rows) {
    const sides = {
      ...{ buying: Number(buying), selling: Number(selling) },
      ...{ addsLong: Number(adds_long), addsShort: Number(adds_short) },
    };
    symbols.set(symbol, { ...symbols.get(symbol) ?? noShare, ...sides });
  }
  const openOrders = Number(counted.rows[0]?.open ?? 0);
  return { currency: anyCurrency, openOrders, costs: 0n, symbols };
}

const workingStatuses = openStatuses.filter((status) => status !== "held");
/** There are no costs yet that it would be the currency of. */
const anyCurrency: AccountCurrency = "USD";
const noShare: SymbolShare = {
  ...{ long: 0, short: 0, startLong: 0, startShort: 0 },
  ...{ buying: 0, selling: 0, addsLong: 0, addsShort: 0 },
  ...{ openCost: 0n, cost: 0n, realised: 0n },
};

/** Puts right the accounts that had fills or financing today. */
async function addDays(
  db: Kysely<TradingDatabase>,
  { books, days }: { readonly books: BooksStore; readonly days: Pick<DayStore, "daysOf"> },
  about: { readonly level: RiskLevelText; readonly since: EpochMs; readonly totals: LevelTotals },
): Promise<void> {
  const { level, since, totals } = about;
  for (let after = "";;) {
    const found = await sql<{ id: AccountId }>`
      select distinct account_id as id from trading.transactions
        join trading.accounts as account using (account_id)
      where ${membersOf(level)} and account_id > ${after}
        and time >= ${toRfc3339(since)}::timestamptz
        and type in ('order_filled', 'financing_charged')
      order by account_id limit ${pageMax}`.execute(db);
    const ids = found.rows.map(({ id }) => id);
    if (ids.length === 0) return;
    const booked = await days.daysOf(ids, since);
    for (const account of await books.loadAccounts(ids)) {
      const day = new DayLedger(since);
      for (const one of booked.get(account.accountId) ?? []) day.take(one);
      totals.add(shareOf(account, null), -1);
      totals.add(shareOf(account, day), 1);
    }
    after = ids.at(-1)!;
  }
}
