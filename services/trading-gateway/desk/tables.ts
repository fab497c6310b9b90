/** The `trading` schema: what the gateway owns. Replaying `transactions` rebuilds all the others. */

import type { ColumnType } from "kysely";
import type { BacktestTables } from "../backtests/jobs/backtest_tables.ts";
import type { RiskTables } from "../risk/risk_tables.ts";

/** 64-bit integers come back as text or number by driver; stores wrap them in BigInt or Number. */
type Int8 = ColumnType<string | number | bigint, string | number, string | number>;
type Instant = ColumnType<Date, string, string>;

export interface TradingDatabase extends RiskTables, BacktestTables {
  accounts: {
    account_id: string;
    tenant: string;
    currency: string;
    balance: Int8;
    last_transaction_id: Int8;
    open_orders: number;
    margin_call: boolean;
    position_mode: string;
    lot_matching: string;
  };
  transactions: {
    account_id: string;
    transaction_id: Int8;
    time: Instant;
    type: string;
    /** The transaction as clients read it; see `transactions/transaction_view.ts`. */
    body: ColumnType<unknown, string, string>;
  };
  /** `transaction_id` is that of the order's first transaction; the order id names the same two. */
  orders: {
    account_id: string;
    transaction_id: Int8;
    client_order_id: string;
    symbol: string;
    side: string;
    type: string;
    time_in_force: string;
    units: Int8;
    price: Int8 | null;
    expire_time: Instant | null;
    status: string;
    filled_units: Int8;
    filled_cost: ColumnType<string, string, string>;
    trigger_price: Int8 | null;
    trailing_distance: Int8 | null;
    trigger_side: string;
    price_bound: Int8 | null;
    /** Of a guaranteed stop, in points for each unit. */
    guaranteed_premium: Int8 | null;
    position_fill: string;
    close_lot_id: Int8 | null;
    tag: string | null;
    triggered_at: Instant | null;
    revision: number;
    /** Replaces the venue has yet to answer; `null` for none. */
    replacing: ColumnType<unknown, string | null, string | null>;
    on_fill: ColumnType<unknown, string | null, string | null>;
    parent_order_id: string | null;
    oco_group: string | null;
    releases: boolean;
    /** The market it met; see `domain/orders/arrival.ts`. */
    arrival: ColumnType<unknown, string | null, string | null>;
    reject_reason: string | null;
    text: string | null;
    created_at: Instant;
    updated_at: Instant;
  };
  positions: {
    account_id: string;
    symbol: string;
    /** `net`, `long` or `short`. */
    leg: string;
    units: Int8;
    open_cost: Int8;
  };
  /** Of accounts that keep lots. `lot_id` is the transaction of the fill that opened it. */
  lots: {
    account_id: string;
    lot_id: Int8;
    /** The first transaction of the order that opened it. */
    order_transaction_id: Int8;
    symbol: string;
    units: Int8;
    price: Int8;
    opened_at: Instant;
  };
  postings: {
    account_id: string;
    transaction_id: Int8;
    line: number;
    book: string;
    currency: string;
    amount: Int8;
    rate: ColumnType<string | null, string | null, string | null>;
  };
  /** Which transaction booked a venue's fill; its key is what makes a repeated report harmless. */
  fills: { venue: string; exec_id: string; account_id: string; transaction_id: Int8 };
  /** Names of transactions that may happen once; see `onceKeyOf` in `domain/money_books.ts`. */
  booked_once: { account_id: string; key: string; transaction_id: Int8 };
  /** Ends of FX days, and the last quotes before them: `[symbol, bid, ask]` in points. */
  rolls: {
    day: string;
    ended_at: Instant;
    quotes: ColumnType<[string, number, number][], string, string>;
    /** Whether every position that was held is charged. */
    completed: boolean;
  };
  /** Fills dated before the FX day they were booked in, until their rolls are put right. */
  late_fills: { account_id: string; transaction_id: Int8; symbol: string; time: Instant };
  /** What one turn has to say on one topic; `bodies` is a list of event texts. */
  outbox: {
    id: ColumnType<string | number | bigint, never, never>;
    topic: string;
    bodies: ColumnType<string[], string, string>;
  };
}

export const tradingSchema = "trading";
