/** Opens an account with its first deposit. */

import type { z } from "@hono/zod-openapi";
import type { openAccountBody } from "../../../shared/contracts/http/accounts.ts";
import type { Account } from "../../../shared/domain/account.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { parseMicros } from "../../../shared/domain/money.ts";
import type { Tenant } from "../../../shared/domain/risk/levels.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { balanceMax } from "../desk/decide_money.ts";
import type { Desk } from "../desk/desk.ts";
import { carryOut } from "../desk/outcome_problem.ts";

/** @throws Problem `invalid_request` for a deposit that is not an amount, `account_exists`. */
export async function openAccount(
  desk: Desk,
  request: z.output<typeof openAccountBody>,
): Promise<Account> {
  const deposit = parseMicros(request.deposit);
  if (typeof deposit === "string" || deposit < 0n || deposit > balanceMax) {
    throw new Problem("invalid_request", "The deposit is not an amount that can be held", {
      errors: [{ path: "/deposit", message: "Expected 0 to 10^12 with at most six decimals" }],
    });
  }
  const { account } = await carryOut(desk, {
    kind: "open_account",
    accountId: request.accountId as AccountId,
    currency: request.currency,
    positions: { positionMode: request.positionMode, lotMatching: request.lotMatching },
    tenant: request.tenant as Tenant,
    deposit,
  });
  return account;
}
