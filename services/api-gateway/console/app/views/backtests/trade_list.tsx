/** A backtest's trades; one chosen is shown on the chart. */

import type { Signal } from "@preact/signals";
import type { BacktestReport } from "../../../../../../shared/sdk/mod.ts";
import { type BacktestTrade, negated } from "../../backtests/report_figures.ts";
import { useApp } from "../../core/app.ts";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { ageText, moneyText, toneOf, unitsText } from "../../ui/numbers.ts";
import { timeText } from "../../ui/times.ts";

export const tradeKey = (one: BacktestTrade): string => `${one.symbol} ${one.openedAt}`;

const money = (name: string, amount: (one: BacktestTrade) => string): Column<BacktestTrade> => ({
  name,
  text: amount,
  show: (one) => (
    <span data-tone={toneOf(amount(one))}>{moneyText(amount(one), { plus: true })}</span>
  ),
  numeric: true,
});
const pips = (name: string, value: (one: BacktestTrade) => number): Column<BacktestTrade> => ({
  name,
  text: (one) => value(one).toFixed(1),
  numeric: true,
});

interface TradeListProps {
  readonly report: BacktestReport;
  readonly trade: Signal<BacktestTrade | null>;
}

export function TradeList({ report, trade }: TradeListProps) {
  const { kept } = useApp();
  const { zone } = kept.habits.value;
  const columns: readonly Column<BacktestTrade>[] = [
    {
      name: "Opened",
      text: (one) => one.openedAt,
      show: (one) => (
        <button
          type="button"
          class="plain link"
          aria-pressed={trade.value !== null && tradeKey(trade.value) === tradeKey(one)}
          title="Show on the chart"
          onClick={() => (trade.value = one)}
        >
          {timeText(one.openedAt, zone)}
        </button>
      ),
    },
    { name: "Symbol", text: (one) => one.symbol },
    { name: "Side", text: (one) => one.side, show: (one) => <b class={one.side}>{one.side}</b> },
    { name: "Units", text: (one) => one.units, show: (one) => unitsText(one.units), numeric: true },
    { name: "Entry", text: (one) => one.entryPrice, numeric: true },
    { name: "Exit", text: (one) => one.exitPrice ?? "open", numeric: true },
    money("Profit", (one) => one.profit),
    money("Spread", (one) => negated(one.spread)),
    money("Slippage", (one) => negated(one.slippage)),
    money("Commission", (one) => negated(one.commission)),
    money("Carry", (one) => one.carry),
    pips("Against, pips", (one) => one.adversePips),
    pips("In favour, pips", (one) => one.favourablePips),
    {
      name: "Lasted",
      text: (one) => String(one.seconds ?? ""),
      show: (one) => (one.seconds === null ? "open" : ageText(one.seconds * 1_000)),
      numeric: true,
    },
  ];
  return (
    <DataTable
      name="trades"
      columns={columns}
      rows={report.trades}
      keyOf={tradeKey}
      empty={<p>No trades.</p>}
    />
  );
}
