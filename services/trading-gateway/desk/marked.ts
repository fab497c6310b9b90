/**
 * Notes in what a command led to that it belongs together, and on which prices it was decided: with
 * that and the recorded prices an account's transactions can be replayed; see `../backtests/journal`.
 */

import type { AccountId, TransactionId } from "../../../shared/domain/ids.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";
import type { Command } from "./commands.ts";
import type { Booked, Decision, Market } from "./decision.ts";

type Marks = Pick<Transaction, "decidedOn" | "reportedOn">;

/** The decision with its transactions marked, each account's by themselves. */
export function marked(decision: Decision, command: Command, market: Market): Decision {
  if (decision.booked.length === 0) return decision;
  const marks = marksOf(command, market);
  const firsts = new Map<AccountId, TransactionId>();
  const booked = decision.booked.map(({ transaction, ...rest }): Booked => {
    const { accountId, transactionId } = transaction;
    const batchId = firsts.get(accountId);
    if (batchId !== undefined) return { transaction: { ...transaction, batchId }, ...rest };
    firsts.set(accountId, transactionId);
    return { transaction: { ...transaction, ...marks }, ...rest };
  });
  const { outcome } = decision;
  if (!outcome.ok || outcome.transactions === undefined) return { booked, outcome };
  const transactions = booked.map(({ transaction }) => transaction);
  return { booked, outcome: { ...outcome, transactions } };
}

function marksOf(command: Command, market: Market): Marks {
  const decidedOn = command.kind === "charge_financing"
    ? command.decidedOn ?? null
    : market.quotes.mark(market.now);
  const reportedOn = command.kind === "apply_report" ? command.report.mark : undefined;
  return {
    ...(decidedOn === null ? {} : { decidedOn }),
    ...(reportedOn === undefined ? {} : { reportedOn }),
  };
}
