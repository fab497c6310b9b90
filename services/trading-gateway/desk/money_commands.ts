/** What the desk is asked to do with money, and why it may refuse. */

import type { FinancingCharged, FundsId } from "../../../shared/domain/money_transactions.ts";
import type { PriceMark } from "../../../shared/domain/quote.ts";
import type { Rates } from "../../../shared/domain/rates.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import type { Micros } from "../../../shared/domain/money.ts";

export interface AssessMargin {
  readonly kind: "assess_margin";
  readonly accountId: AccountId;
}

export interface ChargeFinancing {
  readonly kind: "charge_financing";
  readonly accountId: AccountId;
  /** All but what depends on the account's currency; `time` is when the FX day ended. */
  readonly charge: Omit<
    FinancingCharged,
    "type" | "accountId" | "transactionId" | "amount" | "rate"
  >;
  /** As they stood when the day ended. */
  readonly rates: Rates;
  /** Of the prices the day ended with. */
  readonly decidedOn?: PriceMark | null;
}

export interface MoveFunds {
  readonly kind: "move_funds";
  readonly accountId: AccountId;
  readonly fundsId: FundsId;
  /** Positive in, negative out. */
  readonly amount: Micros;
}

export interface TransferFunds {
  readonly kind: "transfer_funds";
  readonly accountId: AccountId;
  readonly toAccountId: AccountId;
  readonly fundsId: FundsId;
  /** Positive, in the sender's currency. */
  readonly amount: Micros;
}

export type MoneyCommand = MoveFunds | TransferFunds | ChargeFinancing | AssessMargin;

export const moneyRefusals = [
  "duplicate_funds_id",
  "insufficient_funds",
  "balance_above_maximum",
  "amount_too_small",
] as const;

export type MoneyRefusal = (typeof moneyRefusals)[number];
