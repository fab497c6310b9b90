/** What the kill switch is asked for, and what it says it will do. */

import type { KillState } from "../../../../../shared/sdk/mod.ts";

export interface KillForm {
  readonly level: string;
  readonly state: "halted" | "reduce_only";
  readonly flatten: boolean;
  readonly reason: string;
}

const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? "" : "s"}`;

/** What a kill would do to what stands now, in sentences. */
export function killWords({ state, flatten, standing }: KillState): string[] {
  const { accounts, openOrders, openPositions } = standing;
  return [
    state === "halted"
      ? `No new orders are taken on ${count(accounts, "account")}.`
      : `Only orders that shrink a position are taken on ${count(accounts, "account")}.`,
    `${count(openOrders, "open order")} will be canceled.`,
    flatten
      ? `${count(openPositions, "position")} will be closed at the market.`
      : `${count(openPositions, "position")} will stay open.`,
  ];
}

/** How far a kill is, in one line. */
export function killProgress({ status, canceled, flattened }: KillState): string {
  const parts = [
    `${canceled.ended} of ${canceled.asked} orders ended`,
    ...(flattened.placed > 0 ? [`${flattened.ended} of ${flattened.placed} positions closed`] : []),
  ];
  return `${status.replaceAll("_", " ")}: ${parts.join(", ")}`;
}
