/**
 * The desk's rule for a kill that flattens: closes what the account holds at the market, without what
 * is being closed already.
 */

import type { Account } from "../../../shared/domain/account.ts";
import { type Symbol, units } from "../../../shared/domain/instrument.ts";
import { type Closing, freeUnits } from "../../../shared/domain/margin.ts";
import { closeAtMarket } from "../desk/close_at_market.ts";
import type { Flatten } from "../desk/commands.ts";
import type { Decision, Market } from "../desk/decision.ts";

export function flatten(account: Account, command: Flatten, market: Market): Decision {
  const by = { reason: "kill_switch", tag: command.killId } as const;
  const closings = symbolsOf(account, command).flatMap((symbol) => heldOf(account, symbol));
  const booked = closeAtMarket(account, closings, { by, market });
  return { booked, outcome: { ok: true, order: null, account } };
}

const symbolsOf = (account: Account, { symbol }: Flatten): Symbol[] =>
  symbol === null ? [...new Set(account.positions.values().map((held) => held.symbol))] : [symbol];

function heldOf(account: Account, symbol: Symbol): Closing[] {
  const { long, short } = freeUnits(account, symbol);
  return [long, -short].filter((held) => held !== 0).map((held) => ({
    symbol,
    units: units(held),
  }));
}
