/**
 * The desk's rules for money: deposits, withdrawals, and transfers that change two accounts in one
 * turn. As in `decide.ts`, the accounts move on in place; nothing is applied before everything that
 * could refuse the command has been asked.
 */

import { type Account, valueAccount } from "../../../shared/domain/account.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { convert, type Micros, micros } from "../../../shared/domain/money.ts";
import { financingKey, fundsKey, receivedKey } from "../../../shared/domain/money_books.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";
import type { Command } from "./commands.ts";
import { assessMargin } from "./assess_margin.ts";
import { chargeFinancing } from "./charge_financing.ts";
import { book, type Decision, exists, type Market, refuse } from "./decision.ts";
import { done } from "./money_decision.ts";
import type { MoneyCommand, MoveFunds, TransferFunds } from "./money_commands.ts";

/** Beyond this the books could leave 64 bits: 10^12 of the currency, in micros. */
export const balanceMax = 10n ** 18n;

/** By `<accountId> <once key>`: what was booked under it. */
export type BookedOnce = ReadonlyMap<string, Transaction>;

export interface MoneyContext {
  readonly market: Market;
  readonly bookedOnce: BookedOnce;
  /** The accounts of the turn. */
  account(accountId: AccountId): Account;
}

const moneyKinds: ReadonlySet<Command["kind"]> = new Set<MoneyCommand["kind"]>([
  "move_funds",
  "transfer_funds",
  "charge_financing",
  "assess_margin",
]);

export const isMoneyCommand = (command: Command): command is MoneyCommand =>
  moneyKinds.has(command.kind);

/** Every account a command reads or changes. */
export const accountsOf = (command: Command): readonly AccountId[] =>
  command.kind === "transfer_funds"
    ? [command.accountId, command.toAccountId]
    : [command.accountId];

interface OnceName {
  readonly accountId: AccountId;
  readonly key: string;
}

export const onceName = ({ accountId, key }: OnceName): string => `${accountId} ${key}`;

/** The names a command's transactions will have, for the store to be asked about. */
export function onceNamesOf(command: MoneyCommand): OnceName[] {
  if (command.kind === "assess_margin") return [];
  if (command.kind === "charge_financing") {
    const { accountId, charge } = command;
    return [{ accountId, key: financingKey(charge) }];
  }
  const { accountId, fundsId } = command;
  const own = { accountId, key: fundsKey(fundsId) };
  if (command.kind === "move_funds") return [own];
  return [own, { accountId: command.toAccountId, key: receivedKey(accountId, fundsId) }];
}

export function decideMoney(command: MoneyCommand, context: MoneyContext): Decision {
  const account = context.account(command.accountId);
  if (!exists(account)) return refuse("account_unknown", null);
  if (command.kind === "assess_margin") return assessMargin(account, context.market);
  const earlier = onceNamesOf(command).map((name) => context.bookedOnce.get(onceName(name)));
  if (command.kind === "charge_financing") {
    return earlier[0] === undefined ? chargeFinancing(account, command) : done(account, []);
  }
  if (earlier[0] !== undefined) return repeated(account, command, earlier);
  return command.kind === "move_funds"
    ? moveFunds(account, command, context.market)
    : transferFunds(account, command, context);
}

/** The first answer again, unless the id was used for something else. */
function repeated(
  account: Account,
  command: MoveFunds | TransferFunds,
  earlier: readonly (Transaction | undefined)[],
): Decision {
  const [first, second] = earlier;
  const same = command.kind === "move_funds"
    ? first?.type === "funds_transferred" && first.amount === command.amount
    : first?.type === "transfer_sent" && first.amount === -command.amount &&
      first.toAccountId === command.toAccountId;
  if (!same) return refuse("duplicate_funds_id", null);
  const transactions = [first!, ...(second === undefined ? [] : [second])];
  return { booked: [], outcome: { ok: true, order: null, account, transactions } };
}

function moveFunds(account: Account, command: MoveFunds, market: Market): Decision {
  const { amount, fundsId } = command;
  const refusal = amount < 0n
    ? withdrawalRefusal(account, micros(-amount), market)
    : depositRefusal(account, amount);
  if (refusal !== null) return refuse(refusal, null);
  return done(account, [
    book(account, market.now, { type: "funds_transferred", amount, fundsId }),
  ]);
}

function transferFunds(account: Account, command: TransferFunds, context: MoneyContext): Decision {
  const { market } = context;
  const { fundsId, toAccountId, amount: sent } = command;
  const receiver = context.account(toAccountId);
  if (!exists(receiver)) return refuse("account_unknown", null);
  const rate = market.rates.rate(account.currency, receiver.currency);
  if (rate === null) return refuse("conversion_rate_missing", null);
  const amount = convert(sent, rate);
  if (amount === 0n) return refuse("amount_too_small", null);
  const refusal = withdrawalRefusal(account, sent, market) ?? depositRefusal(receiver, amount);
  if (refusal !== null) return refuse(refusal, null);
  return done(account, [
    book(account, market.now, {
      type: "transfer_sent",
      fundsId,
      toAccountId,
      amount: micros(-sent),
    }),
    book(receiver, market.now, {
      type: "transfer_received",
      fundsId,
      fromAccountId: account.accountId,
      sent,
      sentCurrency: account.currency,
      amount,
      rate,
    }),
  ]);
}

const depositRefusal = (account: Account, amount: Micros) =>
  account.balance + amount > balanceMax ? "balance_above_maximum" : null;

/** What may leave: cash that no margin holds, and never more than there is in cash. */
function withdrawalRefusal(account: Account, amount: Micros, market: Market) {
  const valued = valueAccount(account, market);
  if (valued === null) return "conversion_rate_missing" as const;
  return amount > account.balance || amount > valued.marginAvailable
    ? "insufficient_funds" as const
    : null;
}
