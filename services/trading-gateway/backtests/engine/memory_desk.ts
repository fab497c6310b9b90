/** The desk's rules over one account in memory, with what its store would know beside the account. */

import type { Account } from "../../../../shared/domain/account.ts";
import { onceKeyOf } from "../../../../shared/domain/money_books.ts";
import type { Order } from "../../../../shared/domain/orders/order.ts";
import type { Transaction } from "../../../../shared/domain/transaction.ts";
import type { Command } from "../../desk/commands.ts";
import { decide } from "../../desk/decide.ts";
import { clientOrderKey, type Decision, type Market } from "../../desk/decision.ts";
import { decideMoney, isMoneyCommand, onceName } from "../../desk/decide_money.ts";
import { BacktestFailed } from "./settings.ts";

/** Orders in one run at most: each is remembered, so that its client order id is used once. */
const ordersMax = 1_000_000;

export class MemoryDesk {
  readonly account: Account;
  readonly #byClientOrderId = new Map<string, Order>();
  readonly #bookedOnce = new Map<string, Transaction>();
  /** Nobody here says a fill twice. */
  readonly #bookedFills = new Set<string>();

  constructor(account: Account) {
    this.account = account;
  }

  decide(command: Command, market: Market): Decision {
    const { account } = this;
    const decision = isMoneyCommand(command)
      ? decideMoney(command, { market, bookedOnce: this.#bookedOnce, account: () => account })
      : decide(account, command, {
        market,
        known: { byClientOrderId: this.#byClientOrderId, bookedFills: this.#bookedFills },
      });
    for (const { transaction } of decision.booked) this.#remember(transaction);
    return decision;
  }

  /** As it stands, or as it was placed where it has ended. */
  orderOf(clientOrderId: string): Order | undefined {
    const { accountId, orders } = this.account;
    const known = this.#byClientOrderId.get(clientOrderKey({ accountId, clientOrderId }));
    return known === undefined ? undefined : orders.get(known.orderId) ?? known;
  }

  #remember(transaction: Transaction): void {
    const key = onceKeyOf(transaction);
    if (key !== null) {
      this.#bookedOnce.set(onceName({ accountId: transaction.accountId, key }), transaction);
    }
    if (transaction.type !== "order_accepted" && transaction.type !== "order_rejected") return;
    const order = this.account.orders.get(transaction.orderId);
    if (order === undefined) return;
    this.#byClientOrderId.set(clientOrderKey(order), order);
    if (this.#byClientOrderId.size > ordersMax) {
      throw new BacktestFailed(`Cannot keep more than ${ordersMax} orders`);
    }
  }
}
