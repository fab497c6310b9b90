/** What a backtest says on the terminal. */

import type { BacktestReport } from "../../shared/contracts/http/backtest_report.ts";

/** A name and a value a line; the files come last. */
export function summaryText(report: BacktestReport, files: readonly string[]): string {
  const { summary, costs, settings, quotes, financing } = report;
  const { currency } = settings;
  const rows: [string, string][] = [
    ["quotes", `${quotes.count.toLocaleString("en")}, ${quotes.first} to ${quotes.last}`],
    ["net profit", `${summary.netProfit} ${currency} (${summary.returnPercent} %)`],
    ["before costs", `${summary.profitBeforeCosts} ${currency}`],
    [
      "costs",
      `spread ${costs.spread}, slippage ${costs.slippage}, commission ${costs.commission}, ` +
      `carry ${costs.carry}`,
    ],
    ["drawdown", `${summary.maxDrawdown} ${currency} (${summary.maxDrawdownPercent} %)`],
    ["trades", `${summary.trades}, ${summary.wins} won, ${summary.losses} lost`],
    ["in the market", `${summary.timeInMarketPercent} % of the time`],
    ["closing equity", `${summary.closingEquity} ${currency}`],
    ["digest", report.digest],
  ];
  const refused = Object.entries(report.refusals).map(([code, count]) => `${count} ${code}`);
  if (refused.length > 0) rows.push(["refused", refused.join(", ")]);
  for (const one of financing) {
    const rate = one.annualRate === undefined
      ? `${one.swapPoints} points a day`
      : `${one.annualRate} % a year`;
    rows.push(["financing", `${one.symbol} ${one.side} ${rate}: ${one.origin}`]);
  }
  if (settings.carry === "none") rows.push(["financing", "none was charged, as asked"]);
  for (const file of files) rows.push(["written", file]);
  return rows.map(([name, value]) => `${name.padEnd(15)} ${value}`).join("\n");
}
