/** Reads a session from a running platform, over its API. */

import { tradingHours } from "../../shared/domain/fx_week.ts";
import type { AccountCurrency } from "../../shared/domain/currency.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { instrumentOf } from "../../shared/domain/instruments.ts";
import { rateSymbols } from "../../shared/domain/rates.ts";
import { liveSource } from "../../shared/domain/source.ts";
import { type EpochMs, epochMs } from "../../shared/domain/time.ts";
import type { Transaction } from "../../shared/domain/transaction.ts";
import { readTerms } from "../../shared/runtime/terms_settings.ts";
import type { Spotwire } from "../../shared/sdk/mod.ts";
import {
  bookedBefore,
  sessionFrom,
} from "../../services/trading-gateway/backtests/journal/session_from.ts";
import { fromTransactionView } from "../../services/trading-gateway/transactions/transaction_view.ts";
import type { TransactionView } from "../../shared/contracts/http/trading.ts";
import { openPlatformTape } from "../backtest/platform_tape.ts";
import { inOrder, loaded, type Recording, type SessionSettings } from "./recording.ts";
import type { AccountId } from "../../shared/domain/ids.ts";

const pageMax = 1_000;
/** Open market before the session whose prices may still stand in it. */
const beforeMs = 3_600_000;
/** How far a venue's time may lie ahead of ours. */
const aheadMs = 10_000;
/** Sessions gone through backwards at most: weekends and holidays in a row. */
const sessionsMax = 8;

export async function readPlatform(
  spotwire: Spotwire,
  settings: SessionSettings,
  of: { readonly accountId: AccountId; readonly from: number; readonly to: number },
): Promise<Recording> {
  const { accountId, from, to } = of;
  const all = await readTransactions(spotwire, accountId);
  const transactions = bookedBefore(all, to);
  const session = sessionFrom(accountId, transactions, from).transactions;
  const [first, last] = [session[0], session.at(-1)];
  if (first === undefined || last === undefined) {
    return { accountId, settings, transactions, prices: { symbols: [], pieces: [] } };
  }
  const tape = await openPlatformTape(spotwire, {
    traded: [],
    symbols: symbolsOf(transactions, settings),
    source: liveSource,
    from: pricesFrom(settings, first.time),
    to: Math.max(...session.map(({ time }) => time)) + aheadMs,
  });
  return { accountId, settings, transactions, prices: await loaded(tape) };
}

async function readTransactions(spotwire: Spotwire, accountId: string): Promise<Transaction[]> {
  const found: Transaction[] = [];
  for (let since = 0;;) {
    const page = await spotwire.listTransactions(accountId, { since, limit: pageMax });
    for (const one of page.transactions) found.push(fromTransactionView(one as TransactionView));
    if (page.next >= page.lastTransactionId) return found;
    since = page.next;
  }
}

/** Those traded, and those that profit, commission and limits are converted at. */
function symbolsOf(transactions: readonly Transaction[], { terms }: SessionSettings): Symbol[] {
  const traded = new Set<Symbol>();
  const currencies = new Set<AccountCurrency>();
  for (const one of transactions) {
    if (one.type === "account_opened") currencies.add(one.currency);
    if ("terms" in one && one.terms !== null) traded.add(one.terms.symbol);
  }
  const charged = readTerms(terms).commissions.map(({ currency }) => currency);
  const converting = [...traded].flatMap((symbol) =>
    [...currencies, ...charged].flatMap((currency) =>
      rateSymbols(instrumentOf(symbol).quote, currency)
    )
  );
  const commissions = charged.flatMap((from) =>
    [...currencies].flatMap((to) => rateSymbols(from, to))
  );
  return inOrder([...traded, ...converting, ...commissions]);
}

/** So early that what stood when the session began is there, over weekends too. */
function pricesFrom(settings: SessionSettings, at: EpochMs): number {
  const hours = tradingHours(settings.market.hours);
  let left = beforeMs;
  let from: number = at;
  for (let n = 0; n < sessionsMax; n++) {
    const session = hours.sessionAt(epochMs(from - 1));
    if (session.open && from - session.from >= left) return from - left;
    if (session.open) left -= from - session.from;
    from = session.from;
  }
  return from;
}
