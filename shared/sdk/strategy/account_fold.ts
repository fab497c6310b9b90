/** An account as a bot reads it: cash and counts by its transactions, what it is worth as last told. */

import type { AccountSnapshotFrame, AccountValuesFrame } from "../account_frames.ts";
import type { Account, Transaction } from "../generated/types.gen.ts";
import { countOf, textOf } from "./decimal_text.ts";

const moneyDecimals = 6;

export class AccountFold {
  #account: Account;
  /** Units held, by symbol and leg. */
  readonly #held = new Map<string, number>();

  constructor({ account, positions }: Pick<AccountSnapshotFrame, "account" | "positions">) {
    this.#account = account;
    for (const { symbol, leg, units } of positions) this.#hold(`${symbol} ${leg}`, Number(units));
  }

  get account(): Account {
    return this.#account;
  }

  /** The account after its next transaction, of which `openOrders` orders are left open. */
  apply(one: Transaction, openOrders: number): void {
    if (one.type === "order_filled") this.#fill(one);
    const { marginCall, balance } = this.#account;
    this.#account = {
      ...this.#account,
      balance: textOf(microsOf(balance) + cashOf(one), moneyDecimals),
      marginCall: one.type === "margin_call_entered" ||
        (marginCall && one.type !== "margin_call_exited"),
      openOrders,
      openPositions: this.#held.size,
      lastTransactionId: one.transactionId,
    };
  }

  tell({ unrealised, equity, marginUsed, marginAvailable }: AccountValuesFrame): void {
    this.#account = { ...this.#account, unrealised, equity, marginUsed, marginAvailable };
  }

  /** A hedging account's fill says which lots of the other leg it closed; the rest opens its own. */
  #fill({ symbol, units: text, closed = [] }: Transaction): void {
    const units = Number(text);
    if (this.#account.positionMode === "netting") return this.#hold(`${symbol} net`, units);
    const [own, other] = units > 0 ? ["long", "short"] : ["short", "long"];
    const shut = Math.sign(units) * closed.reduce((sum, lot) => sum + Number(lot.units), 0);
    this.#hold(`${symbol} ${other}`, shut);
    this.#hold(`${symbol} ${own}`, units - shut);
  }

  #hold(leg: string, units: number): void {
    const held = (this.#held.get(leg) ?? 0) + units;
    if (held === 0) this.#held.delete(leg);
    else this.#held.set(leg, held);
  }
}

const microsOf = (text = "0"): bigint => countOf(text, moneyDecimals);

/** What a transaction brings to the cash. */
const cashOf = ({ amount, paid, commission, premium }: Transaction): bigint =>
  microsOf(amount) + microsOf(paid) - microsOf(commission) - microsOf(premium);
