/** The decision of a movement of money that was made, now or before. */

import type { Account } from "../../../shared/domain/account.ts";
import type { Booked, Decision } from "./decision.ts";

export const done = (account: Account, booked: readonly Booked[]): Decision => ({
  booked,
  outcome: {
    ok: true,
    order: null,
    account,
    transactions: booked.map(({ transaction }) => transaction),
  },
});
