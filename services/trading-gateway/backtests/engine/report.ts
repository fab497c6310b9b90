/** A run's report, from what was found: formatted once, here, so that equal runs have equal bytes. */

import type {
  BacktestReport,
  BacktestTrade,
} from "../../../../shared/contracts/http/backtest_report.ts";
import { divideHalfEven } from "../../../../shared/domain/decimal.ts";
import { formatPrice, type Instrument, type Price } from "../../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../../shared/domain/instruments.ts";
import { formatMicros, type Micros, micros } from "../../../../shared/domain/money.ts";
import { epochMs, toRfc3339 } from "../../../../shared/domain/time.ts";
import type { StrategyParameters } from "../../../../shared/sdk/strategy/strategy.ts";
import { type Backtest, backtestAccount } from "./backtest.ts";
import { type Extremes, profitOf, type Trade } from "./trades.ts";

export interface ReportNames {
  readonly strategy: string;
  readonly parameters: StrategyParameters;
  /** Where the prices come from. */
  readonly prices: string;
}

/** Of a run that has finished. */
export function reportOf(run: Backtest, names: ReportNames): BacktestReport {
  const { findings, curve } = run;
  const trades = [
    ...findings.trades.map((trade) => tradeView(trade, trade.extremes!)),
    ...findings.openTrades().map((trade) => tradeView(trade, run.extremesOf(trade.symbol))),
  ];
  return {
    strategy: names.strategy,
    parameters: { ...names.parameters },
    settings: settingsView(run, names.prices),
    quotes: {
      count: run.quotes.count,
      refused: run.quotes.refused,
      first: timeOf(run.firstQuoteAt),
      last: timeOf(run.lastQuoteAt),
    },
    summary: summaryOf(run),
    costs: {
      spread: formatMicros(findings.sums.spread),
      slippage: formatMicros(findings.sums.slippage),
      commission: formatMicros(findings.sums.commission),
      carry: formatMicros(findings.sums.carry),
    },
    curve: curve.points.map(({ time, equity, balance, marginUsed, notional }) => ({
      time: toRfc3339(epochMs(time)),
      equity: formatMicros(equity),
      balance: formatMicros(balance),
      marginUsed: formatMicros(marginUsed),
      notional: formatMicros(notional),
    })),
    trades,
    financing: findings.financing.view(run.settings.terms.financing),
    refusals: Object.fromEntries([...findings.refusals].sort()),
    log: [...findings.log],
    digest: findings.digest(),
  };
}

function settingsView({ settings }: Backtest, prices: string): BacktestReport["settings"] {
  return {
    symbols: [...settings.symbols],
    from: toRfc3339(epochMs(settings.from)),
    to: toRfc3339(epochMs(settings.to)),
    prices,
    currency: settings.currency,
    balance: formatMicros(settings.balance),
    hours: settings.hours,
    ...settings.fills,
    carry: settings.terms.financing.swapFree.includes(backtestAccount) ? "none" : "charge",
    seed: settings.seed,
  };
}

function summaryOf(run: Backtest): BacktestReport["summary"] {
  const { findings, curve, settings } = run;
  const { sums, counts } = findings;
  const { account } = run.desk;
  const opening = settings.balance;
  // What cannot be valued at the end counts as its cash alone.
  const equity = run.standing()?.equity ?? account.balance;
  const net = micros(equity - opening);
  const { drawdown } = curve;
  const closed = counts.trades;
  return {
    openingBalance: formatMicros(opening),
    closingBalance: formatMicros(account.balance),
    closingEquity: formatMicros(equity),
    netProfit: formatMicros(net),
    returnPercent: percent(net, opening) ?? 0,
    profitBeforeCosts: formatMicros(
      micros(net + sums.spread + sums.slippage + sums.commission - sums.carry),
    ),
    maxDrawdown: formatMicros(drawdown.amount),
    maxDrawdownPercent: percent(drawdown.amount, drawdown.peak) ?? 0,
    maxDrawdownFrom: timeOf(drawdown.from),
    maxDrawdownTo: timeOf(drawdown.to),
    trades: closed,
    wins: counts.wins,
    losses: counts.losses,
    winPercent: closed === 0 ? null : rounded(100 * counts.wins / closed),
    grossProfit: formatMicros(sums.won),
    grossLoss: formatMicros(sums.lost),
    openProfit: formatMicros(micros(net - sums.won - sums.lost - sums.protection)),
    protection: formatMicros(sums.protection),
    profitFactor: sums.lost === 0n ? null : rounded(Number(sums.won) / -Number(sums.lost)),
    averageTrade: closed === 0 ? null : average(micros(sums.won + sums.lost), closed),
    largestWin: counts.wins === 0 ? null : formatMicros(sums.largestWin),
    largestLoss: counts.losses === 0 ? null : formatMicros(sums.largestLoss),
    averageTradeSeconds: closed === 0 ? null : rounded(findings.tradeMs / closed / 1_000),
    timeInMarketPercent: rounded(100 * run.heldMs / (settings.to - settings.from)),
    marginUsedMax: formatMicros(curve.marginUsedMax),
    notionalMax: formatMicros(curve.notionalMax),
    orders: counts.orders,
    ordersRefused: counts.refused,
    fills: counts.fills,
    days: curve.days,
    sharpe: curve.sharpe === null ? null : rounded(curve.sharpe),
  };
}

function tradeView(trade: Trade, extremes: Extremes): BacktestTrade {
  const instrument = instrumentOf(trade.symbol);
  const entry = averagePoints(trade.entry);
  const exit = trade.exit.units === 0 ? null : averagePoints(trade.exit);
  const [worst, best] = trade.side === "buy"
    ? [extremes.lowBid - entry, extremes.highBid - entry]
    : [entry - extremes.highAsk, entry - extremes.lowAsk];
  return {
    symbol: trade.symbol,
    side: trade.side,
    units: String(trade.unitsMax),
    openedAt: toRfc3339(epochMs(trade.openedAt)),
    closedAt: timeOf(trade.closedAt),
    entryPrice: priceText(entry, instrument),
    exitPrice: exit === null ? null : priceText(exit, instrument),
    fills: trade.fills,
    profit: formatMicros(profitOf(trade)),
    spread: formatMicros(trade.spread),
    slippage: formatMicros(trade.slippage),
    commission: formatMicros(trade.commission),
    carry: formatMicros(trade.carry),
    seconds: trade.closedAt === null ? null : (trade.closedAt - trade.openedAt) / 1_000,
    adversePips: rounded(Math.max(0, -worst) / instrument.pipPoints),
    favourablePips: rounded(Math.max(0, best) / instrument.pipPoints),
  };
}

/** Rounded half to even to the grid. */
const averagePoints = ({ cost, units }: Trade["entry"]): number =>
  Number(divideHalfEven(cost, BigInt(units)));

const priceText = (points: number, instrument: Instrument): string =>
  formatPrice(points as Price, instrument);

const timeOf = (at: number | null): string | null => at === null ? null : toRfc3339(epochMs(at));

const average = (sum: Micros, count: number): string =>
  formatMicros(micros(divideHalfEven(sum, BigInt(count))));

/** To four decimals; `null` of nothing. */
const percent = (part: Micros, whole: Micros): number | null =>
  whole === 0n ? null : Number(divideHalfEven(part * 1_000_000n, whole)) / 10_000;

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
