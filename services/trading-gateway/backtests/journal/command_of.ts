/** What was asked of the desk, read back from what it booked. */

import type { Account } from "../../../../shared/domain/account.ts";
import type { OrderId } from "../../../../shared/domain/ids.ts";
import { formatPrice, type Price, type Symbol } from "../../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../../shared/domain/instruments.ts";
import { zeroMicros } from "../../../../shared/domain/money.ts";
import type { OrderGroupType, OrderTerms } from "../../../../shared/domain/orders/order.ts";
import type { ReplaceRequest } from "../../../../shared/domain/orders/replace_order.ts";
import { riskRejects } from "../../../../shared/domain/risk/risk_rejects.ts";
import { toRfc3339 } from "../../../../shared/domain/time.ts";
import type {
  AccountOpened,
  OrderAccepted,
  OrderRejected,
  OrderReplaceRequested,
  Transaction,
} from "../../../../shared/domain/transaction.ts";
import type { Command } from "../../desk/commands.ts";
import type { Batch } from "./batches.ts";

type Placed = OrderAccepted | (OrderRejected & { readonly terms: OrderTerms });

/** What a command is read with. */
export interface ReadBy {
  readonly account: Account;
  /** The replay's id of an order of the recording. */
  orderIdOf(recorded: OrderId): OrderId;
}

/**
 * The command that led to a batch no report did. `null` where what decided it is not in the journal,
 * so that it is taken as it was recorded: a transfer (the other account), a roll's charge (its
 * prices are those of the day's end; see `replay_journal.ts`), a refusal by a rule of risk.
 */
export function commandOf(batch: Batch, by: ReadBy): Command | null {
  const { first, transactions } = batch;
  const { accountId } = by.account;
  switch (first.type) {
    case "account_opened":
      return openingOf(first, transactions[1]);
    case "funds_transferred": {
      const { amount, fundsId } = first;
      return fundsId === undefined ? null : { kind: "move_funds", accountId, fundsId, amount };
    }
    case "margin_call_entered":
    case "margin_call_exited":
    case "balance_adjusted":
      return { kind: "assess_margin", accountId };
    case "order_accepted":
    case "order_rejected":
      return placingOf(transactions.filter(isPlaced), by);
    case "order_cancel_requested":
    case "order_canceled":
      return cancelOf(transactions as (Transaction & { orderId: OrderId })[], by);
    case "order_replace_requested": {
      const orderId = by.orderIdOf(first.orderId);
      return { kind: "replace_order", accountId, orderId, request: requestOf(first) };
    }
    default:
      return null;
  }
}

function openingOf(opened: AccountOpened, funds: Transaction | undefined): Command {
  const { accountId, currency, tenant, positionMode = "netting", lotMatching = "average" } = opened;
  return {
    kind: "open_account",
    accountId,
    currency,
    positions: { positionMode, lotMatching },
    ...(tenant === undefined ? {} : { tenant }),
    deposit: funds?.type === "funds_transferred" ? funds.amount : zeroMicros,
  };
}

const isPlaced = (one: Transaction): one is Placed =>
  one.type === "order_accepted" || (one.type === "order_rejected" && one.terms !== null);

function placingOf(placed: readonly Placed[], { account: { accountId } }: ReadBy): Command | null {
  const [first] = placed;
  const origin = first?.type === "order_accepted" ? first.reason : undefined;
  if (origin === "stop_out") return { kind: "assess_margin", accountId };
  if (origin === "kill_switch") return flatteningOf(placed, accountId);
  if (origin !== undefined) return null;
  if (placed.some((one) => one.type === "order_rejected" && one.reason in riskRejects)) return null;
  const orders = placed.map(({ terms }) => ({
    terms: askedTerms(terms),
    instrument: instrumentOf(terms.symbol),
  }));
  const receivedAt = first?.type === "order_accepted"
    ? first.arrival?.receivedAt ?? undefined
    : undefined;
  const type = groupOf(placed);
  return type === null
    ? { kind: "place_order", accountId, ...orders[0]!, receivedAt }
    : { kind: "place_group", accountId, type, orders, receivedAt };
}

/** A DAY order was accepted with the 17:00 it lives to, which nobody asked for. */
const askedTerms = (terms: OrderTerms): OrderTerms =>
  terms.timeInForce === "DAY" ? { ...terms, expireTime: null } : terms;

function groupOf([first, second]: readonly Placed[]): OrderGroupType | null {
  if (first?.link === undefined) return null;
  if (!first.link.releases) return "oco";
  return (second?.link?.ocoGroup ?? null) === null ? "oto" : "bracket";
}

function flatteningOf(
  placed: readonly Placed[],
  accountId: Account["accountId"],
): Command {
  const killId = placed[0]!.terms.tag ?? "";
  return {
    kind: "flatten",
    accountId,
    symbol: oneOf(placed.map((one) => one.terms.symbol)),
    killId,
  };
}

/** The symbol they all have; `null` where they have several, as a command for all symbols gives. */
const oneOf = (symbols: readonly Symbol[]): Symbol | null =>
  new Set(symbols).size === 1 ? symbols[0]! : null;

function cancelOf(
  canceled: readonly (Transaction & { readonly orderId: OrderId })[],
  { account, orderIdOf }: ReadBy,
): Command {
  const { accountId } = account;
  const ids = canceled.map(({ orderId }) => orderIdOf(orderId));
  if (ids.length === 1) return { kind: "cancel_order", accountId, orderId: ids[0]! };
  const symbols = ids.flatMap((id) => account.orders.get(id)?.symbol ?? []);
  return { kind: "cancel_orders", accountId, symbol: oneOf(symbols) };
}

function requestOf({ symbol, replacement }: OrderReplaceRequested): ReplaceRequest {
  const instrument = instrumentOf(symbol);
  const { units, timeInForce, expireTime } = replacement;
  const text = (at: Price | null) => at === null ? undefined : formatPrice(at, instrument);
  return {
    units: String(units),
    price: text(replacement.price),
    triggerPrice: text(replacement.triggerPrice),
    trailingDistance: text(replacement.trailingDistance),
    priceBound: text(replacement.priceBound),
    timeInForce,
    expireTime: timeInForce === "GTD" && expireTime !== null ? toRfc3339(expireTime) : undefined,
  };
}
