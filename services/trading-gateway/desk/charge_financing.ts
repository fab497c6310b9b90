/** The desk's rule for a roll: one position's financing, in the account's currency. */

import type { Account } from "../../../shared/domain/account.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { convert } from "../../../shared/domain/money.ts";
import type { FinancingCharged } from "../../../shared/domain/money_transactions.ts";
import type { PriceMark } from "../../../shared/domain/quote.ts";
import type { Rates } from "../../../shared/domain/rates.ts";
import { book, type Decision, refuse } from "./decide.ts";
import { done } from "./money_decision.ts";

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

export function chargeFinancing(account: Account, command: ChargeFinancing): Decision {
  const { time, ...charge } = command.charge;
  const rate = command.rates.rate(charge.financedCurrency, account.currency);
  if (rate === null) return refuse("conversion_pending", null);
  const amount = convert(charge.financed, rate);
  return done(account, [
    book(account, time, { type: "financing_charged", ...charge, amount, rate }),
  ]);
}
