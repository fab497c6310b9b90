/** Deposits, withdrawals and transfers: exact amounts from the request, one command to the desk. */

import { problemEntry } from "../../../shared/contracts/http/problems.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { type Micros, micros, parseMicros } from "../../../shared/domain/money.ts";
import type { FundsId } from "../../../shared/domain/money_transactions.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";
import { type AuthContext, reaches } from "../../../shared/runtime/auth.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { balanceMax } from "../desk/decide_money.ts";
import type { Desk } from "../desk/desk.ts";
import { carryOut } from "../desk/outcome_problem.ts";

export interface FundsRequest {
  readonly fundsId: string;
  /** Decimal text. */
  readonly amount: string;
}

/** @throws Problem when the movement is refused. */
export async function moveFunds(
  desk: Desk,
  to: { readonly accountId: string; readonly direction: 1 | -1 },
  request: FundsRequest,
): Promise<Transaction> {
  const { transactions } = await carryOut(desk, {
    kind: "move_funds",
    accountId: to.accountId as AccountId,
    fundsId: request.fundsId as FundsId,
    amount: micros(BigInt(to.direction) * amountIn(request)),
  });
  return transactions![0]!;
}

/** @throws Problem `account_denied` unless the key reaches both accounts; others as refused. */
export async function transferFunds(
  desk: Desk,
  from: { readonly accountId: string; readonly auth: AuthContext },
  request: FundsRequest & { readonly toAccountId: string },
): Promise<{ sent: Transaction; received: Transaction }> {
  const { fundsId, toAccountId } = request;
  if (!reaches(from.auth, toAccountId)) {
    throw new Problem("account_denied", problemEntry("account_denied").title);
  }
  if (toAccountId === from.accountId) {
    throw new Problem("invalid_request", "The money is to go to the account it comes from", {
      errors: [{ path: "/toAccountId", message: "Expected another account" }],
    });
  }
  const { transactions } = await carryOut(desk, {
    kind: "transfer_funds",
    accountId: from.accountId as AccountId,
    toAccountId: toAccountId as AccountId,
    fundsId: fundsId as FundsId,
    amount: amountIn(request),
  });
  const [sent, received] = transactions!;
  return { sent: sent!, received: received! };
}

function amountIn({ amount }: FundsRequest): Micros {
  const read = parseMicros(amount);
  if (typeof read === "string" || read <= 0n || read > balanceMax) {
    throw new Problem("invalid_request", "The amount is not one that can be moved", {
      errors: [{ path: "/amount", message: "Expected up to 10^12 with at most six decimals" }],
    });
  }
  return read;
}
