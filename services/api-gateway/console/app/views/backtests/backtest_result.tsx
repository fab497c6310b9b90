/** What one backtest found. */

import type { Backtest, BacktestReport } from "../../../../../../shared/sdk/mod.ts";
import { useSignal } from "@preact/signals";
import type { BacktestTrade } from "../../backtests/report_figures.ts";
import { useApp } from "../../core/app.ts";
import { wordsOf } from "../../core/words_of.ts";
import { groupDigits, minus, moneyText, toneOf } from "../../ui/numbers.ts";
import { saveFile } from "../../ui/save_file.ts";
import { usePoll } from "../../ui/use_poll.ts";
import { BacktestState } from "./backtest_list.tsx";
import { CostSplit } from "./cost_split.tsx";
import { EquityCurve } from "./equity_curve.tsx";
import { TradeChart } from "./trade_chart.tsx";
import { TradeList } from "./trade_list.tsx";

export function BacktestResult({ backtest }: { backtest: Backtest }) {
  const { router } = useApp();
  const { backtestId, state, asked } = backtest;
  return (
    <section class="card" aria-label={`Result of ${backtestId}`}>
      <header>
        <h2>{asked.strategy} on {asked.symbols.join(", ")}</h2>
        <BacktestState of={backtest} />
        {state === "done" && <SavePage backtestId={backtestId} />}
        <button
          type="button"
          class="plain"
          aria-label="Close"
          onClick={() => router.go({ item: null })}
        >
          ×
        </button>
      </header>
      {state === "done" ? <Report backtestId={backtestId} /> : <p>{waitingWords(backtest)}</p>}
    </section>
  );
}

function waitingWords({ state, failure }: Backtest): string {
  switch (state) {
    case "queued":
      return "It waits for those that were asked for before it.";
    case "running":
      return "It runs; what it found stands here when it is done.";
    case "failed":
      return `It failed: ${
        failure ?? "the reason is in the platform's log"
      }. Change what it asks ` +
        "for above and run it again.";
    default:
      return "It was canceled before it was done. Run it again to see what it finds.";
  }
}

/** The platform's own page wants a key, so it is fetched and handed over as a file. */
function SavePage({ backtestId }: { backtestId: string }) {
  const { client, notices } = useApp();
  const save = () =>
    client.getBacktestPage(backtestId).then(
      (page) => saveFile(`${backtestId}.html`, page, "text/html"),
      (error) => notices.say("refused", wordsOf(error)),
    );
  return <button type="button" onClick={() => void save()}>Report page</button>;
}

function Report({ backtestId }: { backtestId: string }) {
  const { client } = useApp();
  const [polled] = usePoll(() => client.getBacktestReport(backtestId), { key: backtestId });
  const { value: report, failure } = polled.value;
  const trade = useSignal<BacktestTrade | null>(null);
  if (report === null) {
    return failure === null
      ? <p aria-busy="true">Reading…</p>
      : <p class="refusal" role="alert">{failure}</p>;
  }
  return (
    <>
      {warningsOf(report).map((words) => <p key={words} class="warning">{words}</p>)}
      <Summary report={report} />
      <div class="pictures">
        <EquityCurve report={report} />
        <CostSplit report={report} />
      </div>
      {report.trades.length > 0 && <TradeChart report={report} trade={trade} />}
      <TradeList report={report} trade={trade} />
    </>
  );
}

/** What must be known before a figure is believed. */
function warningsOf({ uncharged, quotes, summary, trades }: BacktestReport): string[] {
  return [
    ...(uncharged.length > 0
      ? [`Carry is incomplete: ${uncharged.length} rolls could not be charged.`]
      : []),
    ...(quotes.refused > 0
      ? [`${groupDigits(String(quotes.refused))} recorded prices were refused as no prices.`]
      : []),
    ...(summary.trades > trades.length
      ? [`The first ${trades.length} of ${groupDigits(String(summary.trades))} trades are listed.`]
      : []),
    ...(summary.trades === 0 ? ["It closed no trade: the period may be too short for it."] : []),
  ];
}

function Summary({ report: { summary, settings, quotes } }: { report: BacktestReport }) {
  const { currency } = settings;
  const money = (amount: string | null) =>
    amount === null ? "–" : moneyText(amount, { plus: true });
  const ratio = (value: number | null) =>
    value === null ? "–" : value.toFixed(2).replace("-", minus);
  const figures: readonly (readonly [name: string, text: string, amount?: string | null])[] = [
    [`Net profit, ${currency}`, money(summary.netProfit), summary.netProfit],
    ["Return", `${ratio(summary.returnPercent)}%`],
    [
      "Largest drawdown",
      `${moneyText(summary.maxDrawdown)} (${ratio(summary.maxDrawdownPercent)}%)`,
    ],
    ["Trades closed", groupDigits(String(summary.trades))],
    ["of them won", summary.winPercent === null ? "–" : `${summary.winPercent.toFixed(1)}%`],
    ["Profit factor", ratio(summary.profitFactor)],
    ["Average trade", money(summary.averageTrade), summary.averageTrade],
    ["Largest win", money(summary.largestWin), summary.largestWin],
    ["Largest loss", money(summary.largestLoss), summary.largestLoss],
    ["Sharpe ratio, a year", ratio(summary.sharpe)],
    ["Time in the market", `${summary.timeInMarketPercent.toFixed(1)}%`],
    ["Most margin used", moneyText(summary.marginUsedMax)],
    ["Orders refused", groupDigits(String(summary.ordersRefused))],
    ["Prices", `${groupDigits(String(quotes.count))}, ${settings.prices}`],
    ["From, UTC", minuteText(settings.from)],
    ["To, UTC", minuteText(settings.to)],
  ];
  return (
    <dl class="figures">
      {figures.map(([name, text, amount]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-tone={amount === undefined ? undefined : toneOf(amount ?? "0")}>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** `2026-03-04 22:00`. */
const minuteText = (time: string): string => time.slice(0, 16).replace("T", " ");
