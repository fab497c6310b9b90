/** The backtests there are: how far each is, and which is read. */

import type { Backtest } from "../../../../../../shared/sdk/mod.ts";
import { useApp } from "../../core/app.ts";
import { wordsOf } from "../../core/words_of.ts";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { timeText } from "../../ui/times.ts";

interface ListProps {
  readonly backtests: readonly Backtest[];
  /** Its id. */
  readonly chosen: string | null;
  readonly isRead: boolean;
  changed(): void;
}

const isGoing = ({ state }: Backtest) => state === "queued" || state === "running";

export function BacktestList({ backtests, chosen, isRead, changed }: ListProps) {
  const { client, kept, router, notices } = useApp();
  const { zone } = kept.habits.value;
  const cancel = async ({ backtestId }: Backtest) => {
    await client.cancelBacktest(backtestId)
      .catch((error) => notices.say("refused", wordsOf(error)));
    changed();
  };
  const columns: readonly Column<Backtest>[] = [
    { name: "Backtest", text: (one) => one.backtestId },
    { name: "Strategy", text: ({ asked }) => asked.strategy },
    { name: "Instrument", text: ({ asked }) => asked.symbols.join(" ") },
    { name: "Period", text: periodText },
    { name: "State", text: (one) => one.state, show: (one) => <BacktestState of={one} /> },
    { name: "Asked", text: (one) => one.createdAt, show: (one) => timeText(one.createdAt, zone) },
    {
      name: "",
      text: () => "",
      show: (one) => (
        <span class="row-actions">
          <button
            type="button"
            aria-label={`Open ${one.backtestId}`}
            aria-pressed={one.backtestId === chosen}
            onClick={() => router.go({ item: one.backtestId })}
          >
            Open
          </button>
          {isGoing(one) && (
            <button
              type="button"
              aria-label={`Cancel ${one.backtestId}`}
              onClick={() => void cancel(one)}
            >
              Cancel
            </button>
          )}
        </span>
      ),
    },
  ];
  return (
    <section class="card" aria-label="Backtests">
      <h2>Backtests</h2>
      {isRead && (
        <DataTable
          name="backtests"
          columns={columns}
          rows={backtests}
          keyOf={(one) => one.backtestId}
          empty={
            <p>
              No backtest was run yet. Choose a strategy and an instrument above and press{" "}
              <b>Run</b>: it trades the platform's own recorded prices. For years of them, import
              files in <b>Data</b> first.
            </p>
          }
        />
      )}
    </section>
  );
}

export const BacktestState = ({ of: { state, percent, failure } }: { of: Backtest }) => (
  <span class={`state state-${state}`} title={failure ?? ""}>
    {state === "running"
      ? (
        <span class="progress">
          <progress max={100} value={percent} aria-label="Progress" />
          {percent.toFixed(1)}%
        </span>
      )
      : state}
  </span>
);

/** `2019-02-04 to 2019-02-08`, as it was asked for. */
function periodText({ asked: { from, to } }: Backtest): string {
  if (from === undefined && to === undefined) return "all there is";
  return `${from?.slice(0, 10) ?? "the beginning"} to ${to?.slice(0, 10) ?? "the end"}`;
}
