/** What a backtest found. Money is decimal text of the account's currency; ratios are numbers. */

import { z } from "@hono/zod-openapi";
import { tradingHoursNames } from "../../domain/fx_week.ts";
import { sides } from "../../domain/orders/order.ts";
import { accountCurrency, decimal, symbol, timestamp } from "./values.ts";

const count = z.number().int().min(0);

export const backtestSettingsView = z.object({
  symbols: z.array(symbol),
  from: timestamp,
  to: timestamp,
  prices: z.string().openapi({ description: "Where the prices come from", example: "dukascopy" }),
  currency: accountCurrency,
  balance: decimal,
  hours: z.enum(tradingHoursNames),
  latencyMs: z.number(),
  slippagePoints: z.number(),
  partialShare: z.number(),
  rejectShare: z.number(),
  seed: z.string(),
});

export const backtestSummary = z.object({
  openingBalance: decimal,
  closingBalance: decimal,
  closingEquity: decimal,
  netProfit: decimal.openapi({ description: "Closing equity less opening balance" }),
  returnPercent: z.number(),
  profitBeforeCosts: decimal.openapi({
    description: "Net profit with spread, slippage and commission added back, and carry taken off",
  }),
  maxDrawdown: decimal.openapi({
    description: "Largest fall of equity from an earlier peak, at the curve's points and at fills",
  }),
  maxDrawdownPercent: z.number().openapi({ description: "Of that peak" }),
  maxDrawdownFrom: timestamp.nullable(),
  maxDrawdownTo: timestamp.nullable(),
  trades: count.openapi({ description: "Closed ones" }),
  wins: count,
  losses: count,
  winPercent: z.number().nullable(),
  grossProfit: decimal.openapi({ description: "Sum of the trades that made money" }),
  grossLoss: decimal.openapi({ description: "Sum of those that lost some, not positive" }),
  profitFactor: z.number().nullable().openapi({
    description: "Gross profit over gross loss; null without a loss",
  }),
  averageTrade: decimal.nullable(),
  largestWin: decimal.nullable(),
  largestLoss: decimal.nullable(),
  averageTradeSeconds: z.number().nullable(),
  timeInMarketPercent: z.number().openapi({ description: "Time with a position, of the period" }),
  marginUsedMax: decimal,
  notionalMax: decimal.openapi({ description: "Positions at mid, in the account's currency" }),
  orders: count,
  ordersRefused: count,
  fills: count,
  days: count.openapi({ description: "FX days that ended with a return" }),
  sharpe: z.number().nullable().openapi({
    description:
      "Mean over sample deviation of daily returns of equity, times the root of 252; null with " +
      "fewer than 20 days or without deviation",
  }),
});

export const backtestCosts = z.object({
  spread: decimal.openapi({ description: "Half the spread of each fill's reference quote" }),
  slippage: decimal.openapi({
    description:
      "Fill price against the touch of the reference quote: that of the order's arrival for " +
      "market orders, of its trigger for triggered ones, of the fill for the others",
  }),
  commission: decimal.openapi({ description: "Premiums of guaranteed stops included" }),
  carry: decimal.openapi({ description: "Financing of rolls: positive was paid to the account" }),
});

export const backtestTrade = z.object({
  symbol,
  side: z.enum(sides),
  units: decimal.openapi({ description: "The most it held" }),
  openedAt: timestamp,
  closedAt: timestamp.nullable().openapi({ description: "Null while open at the end" }),
  entryPrice: decimal.openapi({ description: "Average of what it opened" }),
  exitPrice: decimal.nullable().openapi({ description: "Average of what it closed" }),
  fills: count,
  profit: decimal.openapi({ description: "Realised, less commission, with carry" }),
  spread: decimal,
  slippage: decimal,
  commission: decimal,
  carry: decimal,
  seconds: z.number().nullable(),
  adversePips: z.number().openapi({ description: "Furthest against the entry price (MAE)" }),
  favourablePips: z.number().openapi({ description: "Furthest in its favour (MFE)" }),
});

export const backtestReport = z
  .object({
    strategy: z.string(),
    parameters: z.record(z.string(), z.number()),
    settings: backtestSettingsView,
    quotes: z.object({
      count,
      refused: count.openapi({ description: "Crossed, locked, no price or back in time" }),
      first: timestamp.nullable(),
      last: timestamp.nullable(),
    }),
    summary: backtestSummary,
    costs: backtestCosts,
    curve: z.array(z.object({
      time: timestamp,
      equity: decimal,
      balance: decimal,
      marginUsed: decimal,
      notional: decimal,
    })),
    trades: z.array(backtestTrade).openapi({ description: "The first 10,000" }),
    uncharged: z.array(z.object({ day: z.string(), symbol, fault: z.string() })).openapi({
      description: "Rolls that could not be charged for want of something: carry is incomplete",
    }),
    refusals: z.record(z.string(), count).openapi({ description: "Refused requests by code" }),
    log: z.array(z.string()).openapi({ description: "What the strategy said, the first lines" }),
    digest: z.string().openapi({
      description: "SHA-256 over every transaction: equal runs have equal digests",
    }),
  })
  .openapi("BacktestReport");
export type BacktestReport = z.infer<typeof backtestReport>;
export type BacktestTrade = z.infer<typeof backtestTrade>;
