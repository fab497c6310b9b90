/** Backtests: ask for one, watch it, read what it found. */

import { useApp } from "../../core/app.ts";
import { usePoll } from "../../ui/use_poll.ts";
import { BacktestList } from "./backtest_list.tsx";
import { BacktestResult } from "./backtest_result.tsx";
import { NewBacktest } from "./new_backtest.tsx";

const everyMs = 1_000;

export function BacktestsView() {
  const { client, router } = useApp();
  const { item } = router.route.value;
  const [polled, readNow] = usePoll(() => client.listBacktests({ limit: 500 }), { everyMs });
  const { value, failure } = polled.value;
  const backtests = value?.backtests ?? [];
  const chosen = backtests.find((one) => one.backtestId === item);
  return (
    <div class="page">
      <NewBacktest begun={readNow} />
      {failure !== null && <p class="refusal" role="alert">{failure}</p>}
      <BacktestList
        backtests={backtests}
        chosen={item}
        isRead={value !== null}
        changed={readNow}
      />
      {chosen !== undefined && <BacktestResult key={chosen.backtestId} backtest={chosen} />}
      {item !== null && chosen === undefined && value !== null && (
        <p class="empty">There is no backtest {item} any more. Choose another, or run it again.</p>
      )}
    </div>
  );
}
