/** Whose prices a chart shows; there is a choice once history was loaded. */

import { fitTo, sourcesOf } from "../../chart/sources.ts";
import { useApp } from "../../core/app.ts";
import { usePoll } from "../../ui/use_poll.ts";
import type { ChartPaneProps } from "./chart_props.ts";

/** Milliseconds: an import that ends meanwhile is offered without asking again. */
const everyMs = 30_000;

export function SourceChoice({ spec, change }: Pick<ChartPaneProps, "spec" | "change">) {
  const { client } = useApp();
  const { symbol, source, side, granularity } = spec;
  const [held] = usePoll(() => client.listSeries(symbol), { key: symbol, everyMs });
  const series = held.value.value?.series ?? [];
  const sources = sourcesOf(series);
  if (!sources.includes(source)) sources.push(source);
  if (sources.length === 1) return null;
  return (
    <select
      aria-label="Whose prices"
      value={source}
      onChange={(event) => {
        change(fitTo(series, { source: event.currentTarget.value, side, granularity }));
      }}
    >
      {sources.map((one) => <option key={one}>{one}</option>)}
    </select>
  );
}
