/** Execution quality from the transactions and orders of a period, added up in the database. */

import { type Kysely, sql } from "kysely";
import { type EpochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import type { TradingDatabase } from "../desk/tables.ts";

export interface QualityPeriod {
  /** `null` for every account. */
  readonly accountId: string | null;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Of `count` values; texts of exact numbers, `null` when there is none. */
export interface Spread {
  readonly count: number;
  readonly mean: string | null;
  readonly median: string | null;
  readonly p95: string | null;
}

export interface InstrumentQuality {
  readonly symbol: string;
  readonly orders: number;
  readonly filled: number;
  readonly rejected: number;
  readonly canceled: number;
  readonly expired: number;
}

const measures = [
  "slippage",
  "accept_ms",
  "send_ms",
  "acknowledge_ms",
  "fill_ms",
  "total_ms",
] as const;
export type Measure = (typeof measures)[number];

export interface FillsQuality {
  readonly venue: string;
  readonly symbol: string;
  readonly currency: string;
  readonly fills: number;
  readonly units: string;
  readonly slippage_cost: string;
  readonly spreads: Readonly<Record<Measure, Spread>>;
}

const within = (column: string, { accountId, from, to }: QualityPeriod) => {
  const at = sql.ref(column);
  const period = sql`${at} >= ${toRfc3339(from)}::timestamptz
    and ${at} < ${toRfc3339(to)}::timestamptz`;
  return accountId === null ? period : sql`t.account_id = ${accountId} and ${period}`;
};

/** By the orders that were placed in the period, whenever they ended. */
export async function selectInstrumentQuality(
  db: Kysely<TradingDatabase>,
  period: QualityPeriod,
): Promise<InstrumentQuality[]> {
  const ended = (status: string) => sql`count(*) filter (where status = ${status})::int4`;
  const { rows } = await sql<InstrumentQuality>`
    select symbol, count(*)::int4 as orders,
      count(*) filter (where filled_units > 0)::int4 as filled,
      ${ended("rejected")} as rejected, ${ended("canceled")} as canceled,
      ${ended("expired")} as expired
    from trading.orders t where ${within("t.created_at", period)}
    group by symbol order by symbol`.execute(db);
  return rows;
}

/** Milliseconds from one time of a fill's text to another. */
const between = (from: string, to: string) =>
  sql`extract(epoch from ${sql.raw(to)} - ${sql.raw(from)}) * 1000`;
const timeIn = (name: string) => `(t.body->>'${name}')::timestamptz`;

export async function selectFillsQuality(
  db: Kysely<TradingDatabase>,
  period: QualityPeriod,
): Promise<FillsQuality[]> {
  const [received, accepted, sent, acknowledged] = [
    ...["received", "accepted", "sent", "acknowledged"],
  ].map((stage) => timeIn(`${stage}Time`)) as [string, string, string, string];
  // A resting order waits for its price, which is no latency.
  const atMarket = (ms: ReturnType<typeof between>) =>
    sql`case when o.type = 'market' then ${ms} end`;
  const columns = sql.join(measures.flatMap((name) => {
    const one = sql.ref(name);
    const nearest = (rank: number) =>
      sql`percentile_disc(${sql.lit(rank)}) within group (order by ${one})`;
    return [
      sql`count(${one})::int4 as ${sql.ref(`${name}_count`)}`,
      sql`round(avg(${one}), 2)::text as ${sql.ref(`${name}_mean`)}`,
      sql`trim_scale(${nearest(0.5)})::text as ${sql.ref(`${name}_median`)}`,
      sql`trim_scale(${nearest(0.95)})::text as ${sql.ref(`${name}_p95`)}`,
    ];
  }));
  const { rows } = await sql<Record<string, string | number | null>>`
    select venue, symbol, currency, count(*)::int4 as fills, sum(units)::text as units,
      coalesce(sum(cost), 0)::text as slippage_cost, ${columns}
    from (
      select t.body->>'venue' as venue, t.body->>'symbol' as symbol, a.currency,
        abs((t.body->>'units')::numeric) as units,
        (t.body->>'slippage')::numeric as slippage,
        (t.body->>'slippageCost')::numeric as cost,
        ${between(received, accepted)} as accept_ms,
        ${between(accepted, sent)} as send_ms,
        ${between(accepted, acknowledged)} as acknowledge_ms,
        ${atMarket(between(acknowledged, "t.time"))} as fill_ms,
        ${atMarket(between(received, "t.time"))} as total_ms
      from trading.transactions t
      join trading.accounts a on a.account_id = t.account_id
      join trading.orders o on o.account_id = t.account_id
        and o.transaction_id = split_part(t.body->>'orderId', '.', 2)::int8
      where t.type = 'order_filled' and ${within("t.time", period)}
    ) as fills
    group by venue, symbol, currency order by venue, symbol, currency`.execute(db);
  return rows.map((row) => ({
    venue: String(row.venue),
    symbol: String(row.symbol),
    currency: String(row.currency),
    fills: Number(row.fills),
    units: String(row.units),
    slippage_cost: String(row.slippage_cost),
    spreads: Object.fromEntries(measures.map((name) => [name, spreadOf(row, name)])) as Record<
      Measure,
      Spread
    >,
  }));
}

function spreadOf(row: Record<string, string | number | null>, name: Measure): Spread {
  const text = (what: string): string | null => row[`${name}_${what}`] as string | null;
  return {
    count: Number(row[`${name}_count`]),
    mean: text("mean"),
    median: text("median"),
    p95: text("p95"),
  };
}
