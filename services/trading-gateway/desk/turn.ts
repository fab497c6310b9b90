/** What one turn of the desk changed. */

import type { RiskLevelText } from "../../../shared/domain/risk/levels.ts";
import type { Account } from "../../../shared/domain/account.ts";
import type { Order } from "../../../shared/domain/orders/order.ts";
import type { OrderFilled } from "../../../shared/domain/transaction.ts";
import type { TransactionView } from "../../../shared/contracts/http/trading.ts";
import type { Booked } from "./decision.ts";

/** A level a turn touches, and the count it was decided on; `null` where it was asked nothing. */
export interface LevelTurn {
  readonly level: RiskLevelText;
  readonly turn: number | null;
}

/** What one turn changed, ready to be stored whole or not at all. */
export interface Turn {
  /** Accounts as they now stand. */
  readonly accounts: readonly Account[];
  readonly booked: readonly Booked[];
  /** Of what was booked, the form stored and told. */
  readonly views: readonly TransactionView[];
  readonly orders: readonly Order[];
  /** `<accountId> <symbol>` pairs whose position changed. */
  readonly positions: readonly { readonly account: Account; readonly symbol: string }[];
  /** Levels of accounts that are bound together, and the counts the turn was decided on. */
  readonly levels: readonly LevelTurn[];
  /** Of the booked: fills dated before the FX day it is. */
  readonly lateFills: readonly OrderFilled[];
  readonly outbox: readonly OutboxEntry[];
}

export interface OutboxEntry {
  readonly topic: string;
  readonly body: string;
}
