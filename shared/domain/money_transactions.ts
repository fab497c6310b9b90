/** The changes of an account that move money without an order. */

import type { Brand } from "./brand.ts";
import type { AccountCurrency } from "./currency.ts";
import type { AccountId } from "./ids.ts";
import type { Micros, Rate } from "./money.ts";
import type { Numbered } from "./transaction.ts";

/** Chosen by the client, unique per account among its movements of money: as client order ids are. */
export type FundsId = Brand<string, "FundsId">;

export interface TransferSent extends Numbered {
  readonly type: "transfer_sent";
  readonly fundsId: FundsId;
  readonly toAccountId: AccountId;
  /** Negative, in this account's currency. */
  readonly amount: Micros;
}

export interface TransferReceived extends Numbered {
  readonly type: "transfer_received";
  /** The sender's id of it. */
  readonly fundsId: FundsId;
  readonly fromAccountId: AccountId;
  /** What left the sender, positive, in the sender's currency. */
  readonly sent: Micros;
  readonly sentCurrency: AccountCurrency;
  /** What arrived, positive, in this account's currency, at `rate`. */
  readonly amount: Micros;
  readonly rate: Rate;
}

export type MoneyTransaction = TransferSent | TransferReceived;

export const moneyTransactionTypes = [
  "transfer_sent",
  "transfer_received",
] as const satisfies readonly MoneyTransaction["type"][];
