/** What a transaction says to the person who trades, in one line; `null` for those not worth one. */

import { type RejectReason, rejects } from "../../../../../shared/domain/orders/rejects.ts";
import type { Transaction } from "../../../../../shared/sdk/mod.ts";
import type { Notice } from "../core/notices.ts";
import { groupDigits, moneyText } from "../ui/numbers.ts";

type Told = Pick<Notice, "kind" | "text">;

const done = (text: string): Told => ({ kind: "done", text });
const refused = (text: string): Told => ({ kind: "refused", text });

export function tell(one: Transaction): Told | null {
  switch (one.type) {
    case "order_filled":
      return done(fillText(one));
    case "order_rejected":
      return refused(`Order ${one.orderId} refused. ${reasonText(one)}`);
    case "order_canceled":
      return one.text === undefined
        ? done(`Order ${one.orderId} canceled`)
        : refused(`Order ${one.orderId} canceled: ${one.text}`);
    case "order_expired":
      return done(`Order ${one.orderId} expired`);
    case "order_replaced":
      return done(`Order ${one.orderId} changed`);
    case "order_replace_rejected":
      return refused(`Order ${one.orderId} was not changed${one.text ? `: ${one.text}` : ""}`);
    case "order_cancel_rejected":
      return refused(`Order ${one.orderId} was not canceled${one.text ? `: ${one.text}` : ""}`);
    case "margin_call_entered":
      return refused("Margin call: equity is below the margin used. Close positions or add funds.");
    case "margin_call_exited":
      return done("The margin call has ended");
    default:
      return null;
  }
}

function fillText(one: Transaction): string {
  const units = one.units ?? "0";
  const sold = units.startsWith("-");
  const size = groupDigits(units.replace("-", ""));
  const paid = one.paid !== undefined && Number(one.paid) !== 0
    ? `, ${moneyText(one.paid)} realised`
    : "";
  return `${sold ? "Sold" : "Bought"} ${size} ${one.symbol} at ${one.price}${paid}`;
}

/** Title and advice of the catalogue, and the venue's own words where it gave some. */
function reasonText({ reason, text }: Transaction): string {
  const entry = rejects[reason as RejectReason];
  const words = entry === undefined ? String(reason) : `${entry.title}. ${entry.advice}.`;
  return text === undefined ? words : `${words} (${text})`;
}
