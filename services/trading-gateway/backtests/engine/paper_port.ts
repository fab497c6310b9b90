/** A strategy's wishes, carried out by the desk at once; it hears of them after its callback. */

import { problemEntry } from "../../../../shared/contracts/http/problems.ts";
import type { AccountId, OrderId } from "../../../../shared/domain/ids.ts";
import type { Symbol } from "../../../../shared/domain/instrument.ts";
import { findInstrument } from "../../../../shared/domain/instruments.ts";
import type { Order } from "../../../../shared/domain/orders/order.ts";
import { type ReadOrder, readOrder } from "../../../../shared/domain/orders/read_order.ts";
import type { StrategyPort } from "../../../../shared/sdk/strategy/host.ts";
import type { StrategyRefusal } from "../../../../shared/sdk/strategy/strategy.ts";
import type {
  Account,
  PlaceOrder,
  PlaceOrderGroup,
  ReplaceOrder,
} from "../../../../shared/sdk/generated/types.gen.ts";
import { toAccountView } from "../../accounts/account_view.ts";
import type { Command, Outcome } from "../../desk/commands.ts";
import type { Findings } from "./findings.ts";
import type { PaperDesk } from "./paper_desk.ts";

type Request = StrategyRefusal["request"];
type Placed = Pick<Order, "orderId" | "clientOrderId">;

export class PaperPort implements StrategyPort {
  /** Whether anything was asked for since this was last put to false. */
  hasAsked = false;
  readonly #desk: PaperDesk;
  readonly #findings: Findings;
  readonly #look: () => void;
  #refusals: StrategyRefusal[] = [];
  #placed: Placed[] = [];

  /** `look` shows the desk the newest prices. */
  constructor(desk: PaperDesk, findings: Findings, look: () => void) {
    this.#desk = desk;
    this.#findings = findings;
    this.#look = look;
  }

  takeRefusals(): StrategyRefusal[] {
    const taken = this.#refusals;
    this.#refusals = [];
    return taken;
  }

  /** Orders that were taken, old ones asked for again among them. */
  takePlaced(): Placed[] {
    const taken = this.#placed;
    this.#placed = [];
    return taken;
  }

  account(): Account {
    this.#look();
    return toAccountView(this.#desk.account, this.#desk.market);
  }

  place(order: PlaceOrder): void {
    const read = readOrder(order);
    const ids = [order.clientOrderId];
    if (typeof read === "string") return this.#refuse("place", ids, read);
    this.#do("place", ids, { kind: "place_order", accountId: this.#accountId, ...read });
  }

  placeGroup({ type, orders }: PlaceOrderGroup): void {
    const ids = orders.map(({ clientOrderId }) => clientOrderId);
    const reads: ReadOrder[] = [];
    for (const order of orders) {
      const read = readOrder(order);
      if (typeof read === "string") return this.#refuse("place", ids, read);
      reads.push(read);
    }
    const accountId = this.#accountId;
    this.#do("place", ids, { kind: "place_group", accountId, type, orders: reads });
  }

  replace(clientOrderId: string, request: ReplaceOrder): void {
    const orderId = this.#orderIdOf("replace", clientOrderId);
    if (orderId === null) return;
    const accountId = this.#accountId;
    const command = { kind: "replace_order", accountId, orderId, request } as const;
    this.#do("replace", [clientOrderId], command);
  }

  cancel(clientOrderId: string): void {
    const orderId = this.#orderIdOf("cancel", clientOrderId);
    if (orderId === null) return;
    const accountId = this.#accountId;
    this.#do("cancel", [clientOrderId], { kind: "cancel_order", accountId, orderId });
  }

  cancelAll(symbol: string | undefined): void {
    if (symbol !== undefined && findInstrument(symbol) === undefined) {
      return this.#refuse("cancel", [""], "unknown_symbol");
    }
    const accountId = this.#accountId;
    const of = (symbol ?? null) as Symbol | null;
    this.#do("cancel", [""], { kind: "cancel_orders", accountId, symbol: of });
  }

  log(text: string): void {
    this.#findings.say(text);
  }

  get #accountId(): AccountId {
    return this.#desk.account.accountId;
  }

  #orderIdOf(request: Request, clientOrderId: string): OrderId | null {
    const order = this.#desk.orderOf(clientOrderId);
    if (order === undefined) this.#refuse(request, [clientOrderId], "order_unknown");
    return order?.orderId ?? null;
  }

  #do(request: Request, ids: readonly string[], command: Command): void {
    this.#look();
    this.hasAsked = true;
    const outcome = this.#desk.do(command);
    if (!outcome.ok) this.#refuse(request, ids, outcome.reason);
    else if (request === "place") this.#placed.push(...outcome.orders ?? [outcome.order!]);
  }

  #refuse(
    request: Request,
    ids: readonly string[],
    reason: (Outcome & { ok: false })["reason"],
  ): void {
    this.hasAsked = true;
    const code = reason === "conversion_pending" ? "conversion_rate_missing" : reason;
    const detail = problemEntry(code).title;
    for (const clientOrderId of ids) {
      this.#refusals.push({ request, clientOrderId, code, detail });
    }
  }
}
