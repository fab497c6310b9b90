/** A backtest's report as a page to read and to print. */

import type {
  BacktestReport,
  BacktestTrade,
} from "../../../shared/contracts/http/backtest_report.ts";
import { type Bar, barChart, timeChart } from "../../../shared/runtime/charts.ts";
import { escapeHtml, page, table } from "../../../shared/runtime/html_page.ts";

const equityColour = "#2f7d5b";
const fallColour = "#b4532a";
const exposureColour = "#41699c";

/** Trades a page lists; the report and the CSV have more. */
const rowsMax = 500;

export function backtestPage(report: BacktestReport): string {
  const { strategy, settings, summary } = report;
  const title = `Backtest of ${strategy} on ${settings.symbols.join(", ")}`;
  const given = Object.entries(report.parameters).map(([name, value]) => `${name} ${value}`);
  const body = [
    `<h1>${escapeHtml(title)}</h1>`,
    `<p class="soft">${moment(settings.from)} to ${moment(settings.to)} UTC, ` +
    `${escapeHtml(settings.prices)}, ${report.quotes.count.toLocaleString("en")} quotes; ` +
    `${escapeHtml(given.join(", "))}</p>`,
    ...warnings(report),
    summaryTable(report),
    "<h2>Costs</h2>",
    costsTable(report),
    "<h2>Financing</h2>",
    financingTable(report),
    ...pictures(report),
    "<h2>Trades</h2>",
    tradesTable(report),
    "<h2>How it was run</h2>",
    settingsTable(report),
    formulas(summary.days),
    report.log.length === 0
      ? ""
      : `<h2>What the strategy said</h2><pre>${escapeHtml(report.log.join("\n"))}</pre>`,
    `<p class="soft">Digest ${report.digest}</p>`,
  ];
  return page(title, body.join("\n"));
}

/** What a reader must know before believing a figure. */
function warnings({ quotes, summary }: BacktestReport): string[] {
  const said: string[] = [];
  if (quotes.refused > 0) {
    said.push(`${quotes.refused.toLocaleString("en")} recorded prices were refused as no prices.`);
  }
  if (summary.trades === 0) said.push("It closed no trade.");
  return said.map((text) => `<p class="stop">${escapeHtml(text)}</p>`);
}

function summaryTable({ summary, settings: { currency } }: BacktestReport): string {
  const money = (name: string, amount: string | null) =>
    [`${name}, ${currency}`, amount === null ? null : moneyText(amount)] as const;
  const protection = Number(summary.protection) === 0
    ? []
    : [money("Made good, where the balance fell below zero", summary.protection)];
  return table(["", ""], [
    money("Opening balance", summary.openingBalance),
    money("Profit of the trades that won", summary.grossProfit),
    money("Loss of the trades that lost", summary.grossLoss),
    money("Trades still open at the end, at the last price", summary.openProfit),
    ...protection,
    money("Net profit", summary.netProfit),
    money("Closing equity", summary.closingEquity),
    money("Closing balance: equity without what is open", summary.closingBalance),
    ["Return, per cent of the opening balance", summary.returnPercent],
    money("Largest drawdown", summary.maxDrawdown),
    ["Largest drawdown, per cent of its peak", summary.maxDrawdownPercent],
    ["Trades closed", summary.trades],
    ["of them won, per cent", summary.winPercent],
    ["Profit factor: won by lost", summary.profitFactor],
    money("Average trade", summary.averageTrade),
    money("Largest win", summary.largestWin),
    money("Largest loss", summary.largestLoss),
    ["Average trade, minutes", minutes(summary.averageTradeSeconds)],
    ["Time in the market, per cent", summary.timeInMarketPercent],
    money("Most margin used", summary.marginUsedMax),
    money("Largest exposure", summary.notionalMax),
    ["Orders accepted", summary.orders],
    ["Orders refused", summary.ordersRefused],
    ["Fills", summary.fills],
    ["Sharpe ratio, a year", summary.sharpe],
  ]);
}

/** Every digit but zeros at the end, thousands apart: `-1,234.50`. */
function moneyText(amount: string): string {
  const [whole = "", decimals = ""] = amount.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${grouped}.${decimals.replace(/0+$/, "").padEnd(2, "0")}`;
}

const minutes = (seconds: number | null): number | null => seconds === null ? null : seconds / 60;

const costsTable = ({ costs, summary, settings: { currency } }: BacktestReport): string =>
  table(["", currency], [
    ["Profit before costs", moneyText(summary.profitBeforeCosts)],
    ["Spread", moneyText(negated(costs.spread))],
    ["Slippage", moneyText(negated(costs.slippage))],
    ["Commission", moneyText(negated(costs.commission))],
    ["Carry", moneyText(costs.carry)],
    ["Net profit", moneyText(summary.netProfit)],
  ]);

/** Which rates carry was charged by, and where they come from. */
function financingTable({ financing, settings }: BacktestReport): string {
  if (settings.carry === "none") return "<p>None was charged, as asked.</p>";
  if (financing.length === 0) {
    return "<p>Nothing was held over 17:00 New York, so none was charged.</p>";
  }
  const rows = financing.map((one) => [
    one.symbol,
    one.side,
    one.annualRate === undefined ? `${one.swapPoints} points a day` : `${one.annualRate} % a year`,
    one.from === one.to ? one.from : `${one.from} to ${one.to}`,
    one.rolls,
    one.days,
    moneyText(one.amount),
    one.origin,
  ]);
  const head = ["symbol", "side", "rate", "held over", "rolls", "days", settings.currency];
  return table([...head, "where the rate comes from"], rows);
}

const negated = (amount: string): string =>
  /^-?0\.0*$/.test(amount) ? amount : amount.startsWith("-") ? amount.slice(1) : `-${amount}`;

function pictures({ curve, settings: { currency }, trades }: BacktestReport): string[] {
  const moments = curve.map((point) => moment(point.time));
  const equity = curve.map((point) => Number(point.equity));
  const balance = curve.map((point) => Number(point.balance));
  const falls: number[] = [];
  let peak = -Infinity;
  for (const value of equity) {
    peak = Math.max(peak, value);
    falls.push(value - peak);
  }
  return [
    timeChart(`Equity and balance (grey), ${currency}`, {
      moments,
      lines: [
        { name: "balance", colour: "#999", values: balance },
        { name: "equity", colour: equityColour, values: equity },
      ],
    }),
    timeChart(`Below the peak, ${currency}`, {
      moments,
      lines: [{ name: "drawdown", colour: fallColour, values: falls, isFilled: true }],
      fromZero: true,
    }),
    timeChart(`Exposure, ${currency}`, {
      moments,
      lines: [{
        name: "notional at mid",
        colour: exposureColour,
        values: curve.map((point) => Number(point.notional)),
        isFilled: true,
      }],
      fromZero: true,
    }),
    barChart("Trades closed by hour of the day, UTC", byHour(trades), exposureColour),
  ];
}

function byHour(trades: readonly BacktestTrade[]): Bar[] {
  const counts = new Array<number>(24).fill(0);
  for (const { closedAt } of trades) if (closedAt !== null) counts[hourOf(closedAt)]!++;
  return counts.map((value, hour) => {
    const label = String(hour).padStart(2, "0");
    return { label, value, title: `${label}:00: ${value}` };
  });
}

const hourOf = (time: string): number => Number(time.slice(11, 13));

function tradesTable({ trades, summary, settings }: BacktestReport): string {
  if (trades.length === 0) return "<p>None.</p>";
  const rows = trades.slice(0, rowsMax).map((trade) => [
    trade.symbol,
    trade.side,
    trade.units,
    inOneLine(moment(trade.openedAt)),
    trade.closedAt === null ? "open" : inOneLine(moment(trade.closedAt)),
    trade.entryPrice,
    trade.exitPrice ?? "–",
    moneyText(trade.profit),
    trade.adversePips,
    trade.favourablePips,
  ]);
  const profit = `profit, ${settings.currency}`;
  const head = ["symbol", "side", "units", "opened", "closed", "entry", "exit", profit];
  const listed = Math.min(rowsMax, trades.length);
  const more = summary.trades > listed
    ? `<p class="soft">The first ${listed} of ${summary.trades}; the report has more.</p>`
    : "";
  return table([...head, "against, pips", "in favour, pips"], rows) + more;
}

function settingsTable({ settings, quotes }: BacktestReport): string {
  return table(["", ""], [
    ["prices", settings.prices],
    ["first quote", quotes.first ?? "–"],
    ["last quote", quotes.last ?? "–"],
    ["trading hours", settings.hours],
    ["latency, ms", settings.latencyMs],
    ["slippage of orders at the market, points", settings.slippagePoints],
    ["chance of a partial fill", settings.partialShare],
    ["chance of a reject by the venue", settings.rejectShare],
    ["carry", settings.carry === "none" ? "none, as asked" : "charged"],
    ["seed", settings.seed],
  ]);
}

const formulas = (days: number): string =>
  `<p class="soft">Drawdown is measured at the points of the curve and at every fill. A trade runs ` +
  `from flat to flat; its profit is what it realised, less commission, with carry. Spread is half the spread of the quote an order met, slippage the way from ` +
  `that quote to the fill. Profit before costs is net profit with spread, slippage and commission ` +
  `added back and carry taken off. The Sharpe ratio is the mean of ${days} daily returns over ` +
  `their sample deviation, times the root of 252, and is given from 20 days on.</p>`;

/** A space and hyphens that no line breaks at. */
const inOneLine = (text: string): string =>
  text.replaceAll(" ", "\u00a0").replaceAll("-", "\u2011");

/** `2026-03-04 22:00`. */
const moment = (time: string): string => time.slice(0, 16).replace("T", " ");
