/** The changes of an account that move money without an order. */

import type { Brand } from "./brand.ts";
import type { AccountCurrency, Currency } from "./currency.ts";
import type { AccountId } from "./ids.ts";
import type { Price, Symbol, Units } from "./instrument.ts";
import type { Micros, Rate } from "./money.ts";
import type { FinancingPrice } from "./settlement/financing.ts";
import type { IsoDate } from "./settlement/holiday_rules.ts";
import type { Numbered } from "./numbered.ts";

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

/** A position's roll over the end of an FX day; once for each account, position and day. */
export interface FinancingCharged extends Numbered {
  readonly type: "financing_charged";
  readonly symbol: Symbol;
  /** Of a hedging account; left out for a net position. */
  readonly leg?: "long" | "short";
  /** The FX day that ended. */
  readonly day: IsoDate;
  readonly valueDate: IsoDate;
  readonly nextValueDate: IsoDate;
  /**
   * 2, 3 … where a fill of the day was booked after the position had been charged: `units` are then
   * those truly held, and `financed` what they owe less what was charged before.
   */
  readonly correction?: number;
  /** From one value date to the next. */
  readonly days: number;
  /** Signed, as held at the day's end. */
  readonly units: Units;
  /** The closing side of the last quote of the day. */
  readonly price: Price;
  readonly financing: FinancingPrice;
  /** Positive paid to the account, in the instrument's quote currency. */
  readonly financed: Micros;
  readonly financedCurrency: Currency;
  /** What reached the cash, in the account's currency, at `rate`. */
  readonly amount: Micros;
  readonly rate: Rate;
}

interface Assessed extends Numbered {
  /** In the account's currency, as both stood. */
  readonly equity: Micros;
  readonly marginUsed: Micros;
}

/** Equity fell below the margin call level. */
export interface MarginCallEntered extends Assessed {
  readonly type: "margin_call_entered";
}

export interface MarginCallExited extends Assessed {
  readonly type: "margin_call_exited";
}

/** Makes good what a stop-out left below zero. */
export interface BalanceAdjusted extends Numbered {
  readonly type: "balance_adjusted";
  readonly amount: Micros;
  readonly reason: AdjustmentReason;
}

export const adjustmentReasons = ["negative_balance_protection"] as const;
export type AdjustmentReason = (typeof adjustmentReasons)[number];

export type MoneyTransaction =
  | TransferSent
  | TransferReceived
  | FinancingCharged
  | MarginCallEntered
  | MarginCallExited
  | BalanceAdjusted;

export const moneyTransactionTypes = [
  "transfer_sent",
  "transfer_received",
  "financing_charged",
  "margin_call_entered",
  "margin_call_exited",
  "balance_adjusted",
] as const satisfies readonly MoneyTransaction["type"][];
