/** Ends of FX days and what was held at them. */

import { type Kysely, type Selectable, sql } from "kysely";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { price, type Symbol, type Units, units } from "../../../shared/domain/instrument.ts";
import type { Leg } from "../../../shared/domain/position.ts";
import { type Quote, QuoteBook } from "../../../shared/domain/quote.ts";
import { type EpochMs, epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import type { TradingDatabase } from "../desk/tables.ts";

type Db = Kysely<TradingDatabase>;

/** An FX day that ended, and the last quotes before it did. */
export interface EndedDay {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly endedAt: EpochMs;
  readonly quotes: QuoteBook;
}

export interface HeldPosition {
  readonly accountId: AccountId;
  readonly symbol: Symbol;
  readonly leg: Leg;
  readonly units: Units;
}

/** The last day that is known to have ended; `null` before the first. */
export async function lastEndedDay(db: Db): Promise<string | null> {
  const row = await db.selectFrom("rolls").select("day").orderBy("day", "desc").limit(1)
    .executeTakeFirst();
  return row?.day ?? null;
}

/** Days that ended and have positions still to be charged, oldest first. */
export async function pendingDays(db: Db): Promise<EndedDay[]> {
  const rows = await db.selectFrom("rolls").selectAll().where("completed", "=", false)
    .orderBy("day").execute();
  return rows.map(toEndedDay);
}

export function toEndedDay(row: Selectable<TradingDatabase["rolls"]>): EndedDay {
  const endedAt = epochMs(Number(row.ended_at));
  return { day: row.day, endedAt, quotes: bookOf(row.quotes, endedAt) };
}

/** The newest day that had ended by a moment; `null` when none is known. */
export async function endedDayBefore(db: Db, at: EpochMs): Promise<EndedDay | null> {
  const row = await db.selectFrom("rolls").selectAll()
    .where("ended_at", "<=", sql<Date>`${toRfc3339(at)}::timestamptz`)
    .orderBy("ended_at", "desc").limit(1).executeTakeFirst();
  if (row === undefined) return null;
  const endedAt = epochMs(Number(row.ended_at));
  return { day: row.day, endedAt, quotes: bookOf(row.quotes, endedAt) };
}

/** Keeps the end of a day; of two copies that saw it the first one's quotes count. */
export async function keepEndedDay(db: Db, ended: EndedDay, completed: boolean): Promise<void> {
  const quotes = [...ended.quotes.all()]
    .map(({ symbol, bid, ask, venueTime }) => [symbol, bid, ask, venueTime]);
  await db.insertInto("rolls").values({
    day: ended.day,
    ended_at: toRfc3339(ended.endedAt),
    // As text: a driver that knows the column is JSON would encode it a second time.
    quotes: sql<string>`${JSON.stringify(quotes)}::text::json`,
    completed,
  }).onConflict((on) => on.column("day").doNothing()).execute();
}

export async function completeDay(db: Db, day: string): Promise<void> {
  await db.updateTable("rolls").set({ completed: true }).where("day", "=", day).execute();
}

/**
 * The positions held at the end of a day that are not charged for it yet: those of now, less what
 * filled since. A fill that is dated before the end and booked after the charge is put right later;
 * see `late_fill_store.ts`.
 */
export async function uncharged(db: Db, { day, endedAt }: EndedDay): Promise<HeldPosition[]> {
  const found = await sql<HeldRow>`
    select account_id, symbol, leg, sum(units) as units from (
      select account_id, symbol, leg, units from trading.positions
      union all
      ${filledSince(endedAt)}
    ) as held
    where not exists (select from trading.booked_once as once
      where once.account_id = held.account_id
        and once.key = 'financing ' || held.symbol
          || case held.leg when 'net' then '' else ' ' || held.leg end || ' ' || ${day}::text)
    group by account_id, symbol, leg having sum(units) <> 0
    order by account_id, symbol, leg`.execute(db);
  return found.rows.map((row) => ({
    accountId: row.account_id as AccountId,
    symbol: row.symbol as Symbol,
    leg: row.leg,
    units: units(Number(row.units)),
  }));
}

interface HeldRow {
  readonly account_id: string;
  readonly symbol: string;
  readonly leg: Leg;
  readonly units: string;
}

/**
 * What fills dated then or later took from and added to which positions, the other way round. In a
 * hedging account what a fill closed is of the leg on the other side, the rest of its own.
 */
export const filledSince = (at: EpochMs, accountId?: AccountId) =>
  sql`select fill.account_id, fill.symbol, part.leg, -part.units from (
      select one.account_id, body->>'symbol' as symbol, (body->>'units')::int8 as units,
        position_mode = 'hedging' as hedging,
        sign((body->>'units')::int8) * coalesce((select sum((lot->>'units')::int8)
          from json_array_elements(body->'closed') as lot), 0) as closed
      from trading.transactions as one join trading.accounts using (account_id)
      where time >= ${toRfc3339(at)} and type = 'order_filled'
        ${accountId === undefined ? sql.raw("") : sql`and one.account_id = ${accountId}`}
    ) as fill, lateral (values
      (case when not hedging then 'net' when fill.units > 0 then 'short' else 'long' end, closed),
      (case when not hedging then 'net' when fill.units > 0 then 'long' else 'short' end,
        fill.units - closed)
    ) as part (leg, units)`;

/** Symbol, bid, ask and venue time; days kept before the last was have none. */
type QuoteRow = readonly [string, number, number, number?];

function bookOf(rows: readonly QuoteRow[], endedAt: EpochMs): QuoteBook {
  const book = new QuoteBook();
  for (const row of rows) book.apply(quoteOf(row, endedAt));
  return book;
}

const quoteOf = ([symbol, bid, ask, venueTime]: QuoteRow, endedAt: EpochMs): Quote => ({
  symbol: symbol as Symbol,
  bid: price(bid),
  ask: price(ask),
  venueTime: venueTime === undefined ? endedAt : epochMs(venueTime),
  receivedTime: endedAt,
  sequence: 1,
});
