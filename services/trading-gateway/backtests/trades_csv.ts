/** A backtest's trades as CSV (RFC 4180), a row each, in the order they closed. */

import type {
  BacktestReport,
  BacktestTrade,
} from "../../../shared/contracts/http/backtest_report.ts";

const columns = [
  "symbol",
  "side",
  "units",
  "openedAt",
  "closedAt",
  "entryPrice",
  "exitPrice",
  "fills",
  "profit",
  "spread",
  "slippage",
  "commission",
  "carry",
  "seconds",
  "adversePips",
  "favourablePips",
] as const satisfies readonly (keyof BacktestTrade)[];

/** No cell needs quotes: all are names, numbers and times. */
export const tradesCsv = ({ trades }: BacktestReport): string =>
  [columns, ...trades.map((trade) => columns.map((column) => trade[column] ?? ""))]
    .map((row) => `${row.join(",")}\r\n`).join("");
