/** The desk's rule for a roll: one position's financing, in the account's currency. */

import type { Account } from "../../../shared/domain/account.ts";
import { convert } from "../../../shared/domain/money.ts";
import { book, type Decision, refuse } from "./decision.ts";
import { done } from "./money_decision.ts";
import type { ChargeFinancing } from "./money_commands.ts";

export function chargeFinancing(account: Account, command: ChargeFinancing): Decision {
  const { time, ...charge } = command.charge;
  const rate = command.rates.rate(charge.financedCurrency, account.currency);
  if (rate === null) return refuse("conversion_pending", null);
  const amount = convert(charge.financed, rate);
  return done(account, [
    book(account, time, { type: "financing_charged", ...charge, amount, rate }),
  ]);
}
