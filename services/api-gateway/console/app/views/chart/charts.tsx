/** Up to four charts beside each other; the first follows the chosen instrument. */

import { useApp } from "../../core/app.ts";
import { type BarSpec, chartsBesideMax, type ChartSpec } from "../../core/route.ts";
import { ChartPane } from "./chart_pane.tsx";

/** Other bars are another chart. */
const keyOf = ({ symbol, granularity, side, source }: BarSpec): string =>
  [symbol, granularity, side, source].join(" ");

export function Charts() {
  const { router } = useApp();
  const { symbol, granularity, side, source, studies, signals, beside } = router.route.value;
  const first = { symbol, granularity, side, source, studies, signals };
  const set = (at: number, spec: ChartSpec | null) => {
    const others = beside.flatMap((one, n) => n !== at ? [one] : spec === null ? [] : [spec]);
    router.go({ beside: others });
  };
  return (
    <div class="charts" data-count={beside.length + 1}>
      <ChartPane
        key={keyOf(first)}
        spec={first}
        change={(change) => router.go(change)}
        add={beside.length < chartsBesideMax
          ? () => router.go({ beside: [...beside, first] })
          : null}
        remove={null}
      />
      {beside.map((spec, at) => (
        <ChartPane
          key={`${at} ${keyOf(spec)}`}
          spec={spec}
          change={(change) => set(at, { ...spec, ...change })}
          add={null}
          remove={() => set(at, null)}
        />
      ))}
    </div>
  );
}
