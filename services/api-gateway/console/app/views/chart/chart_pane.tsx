/** One chart with its controls, legend, lines and trades. */

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import {
  granularities,
  type Granularity,
} from "../../../../../../shared/domain/bars/granularity.ts";
import { type BarSide, barSides } from "../../../../../../shared/domain/bar.ts";
import { useApp } from "../../core/app.ts";
import { type Zone, zones } from "../../core/kept.ts";
import type { ChartBoard } from "../../chart/chart_board.ts";
import { liveSource } from "../../../../../../shared/domain/source.ts";
import { Legend, type LegendHandle } from "./legend.tsx";
import { OrderLines } from "./order_lines.tsx";
import { SourceChoice } from "./source_choice.tsx";
import { Studies } from "./studies.tsx";
import { useChart } from "./use_chart.ts";
import type { ChartPaneProps } from "./chart_props.ts";

export function ChartPane({ spec, change, add, remove }: ChartPaneProps) {
  const { instruments } = useApp();
  const listed = instruments.bySymbol.value.get(spec.symbol);
  return (
    <section class="chart" aria-label={`Chart ${spec.symbol}`}>
      <ChartBar spec={spec} change={change} add={add} remove={remove} />
      {listed === undefined
        ? (
          <p class="empty" aria-busy="true">
            {instruments.listed.value.length > 0
              ? `${spec.symbol} is not listed. Choose an instrument in the price list.`
              : ""}
          </p>
        )
        : <ChartArea spec={spec} pricePrecision={listed.pricePrecision} change={change} />}
    </section>
  );
}

/** A chart with fewer bars says where others come from. */
const fewBars = 15;

function LittleHistory({ granularity, change }: Pick<ChartPaneProps, "change"> & {
  granularity: Granularity;
}) {
  return (
    <p class="chart-hint">
      <span>
        Little history yet: bars come as time passes, or by <code>deno task import</code>
      </span>
      {!granularity.startsWith("S") && (
        <button
          type="button"
          onClick={() => change({ granularity: "S5" })}
        >
          Show 5-second bars
        </button>
      )}
    </p>
  );
}

interface ChartAreaProps extends Pick<ChartPaneProps, "spec" | "change"> {
  readonly pricePrecision: number;
}

function ChartArea({ spec, pricePrecision, change }: ChartAreaProps) {
  const element = useRef<HTMLDivElement>(null);
  const legend = useRef<LegendHandle | null>(null);
  const board = useSignal<ChartBoard | null>(null);
  const state = useChart({ spec, pricePrecision, element, legend, board });
  const { studies } = spec;
  const { bars, loaded, failure, signals, signalFailure } = state.value;
  const keys = (event: KeyboardEvent) => {
    const drawn = board.value;
    if (drawn === null || event.target !== event.currentTarget) return;
    if (event.key === "ArrowLeft") drawn.scroll(-10);
    else if (event.key === "ArrowRight") drawn.scroll(10);
    else if (event.key === "+" || event.key === "=") drawn.zoom(1.25);
    else if (event.key === "-") drawn.zoom(0.8);
    else if (event.key === "End") drawn.toNow();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      class="chart-area"
      tabIndex={0}
      role="application"
      aria-label={`${spec.symbol} ${spec.granularity} candles of the ${spec.side}; arrows scroll, plus and minus zoom`}
      data-bars={bars}
      data-signals={signals}
      onKeyDown={keys}
    >
      <div class="chart-canvas" ref={element} />
      <Legend {...{ pricePrecision, studies, board: board.value, handle: legend }} />
      {board.value !== null && spec.source === liveSource && (
        <OrderLines symbol={spec.symbol} pricePrecision={pricePrecision} board={board.value} />
      )}
      {!loaded && failure === null && <p class="chart-note" aria-busy="true">Loading bars…</p>}
      {failure !== null && <p class="chart-note" role="alert">{failure}</p>}
      {signalFailure !== null && failure === null && (
        <p class="chart-hint" role="alert">Signals: {signalFailure}</p>
      )}
      {loaded && bars < fewBars && spec.source === liveSource && signalFailure === null && (
        <LittleHistory granularity={spec.granularity} change={change} />
      )}
      <a class="attribution" href="https://www.tradingview.com/" rel="noopener" target="_blank">
        Charts by TradingView
      </a>
    </div>
  );
}

function ChartBar({ spec, change, add, remove }: ChartPaneProps) {
  const { instruments } = useApp();
  return (
    <div class="chart-bar">
      <select
        class="chart-symbol"
        aria-label="Instrument"
        value={spec.symbol}
        onChange={(event) => change({ symbol: event.currentTarget.value })}
      >
        {instruments.listed.value.map(({ symbol }) => <option key={symbol}>{symbol}</option>)}
      </select>
      <select
        aria-label="Length of a bar"
        value={spec.granularity}
        onChange={(event) => change({ granularity: event.currentTarget.value as Granularity })}
      >
        {granularities.map((one) => <option key={one}>{one}</option>)}
      </select>
      <select
        aria-label="Side"
        value={spec.side}
        onChange={(event) => change({ side: event.currentTarget.value as BarSide })}
      >
        {barSides.map((one) => <option key={one}>{one}</option>)}
      </select>
      <SourceChoice spec={spec} change={change} />
      {remove === null && <ZoneChoice />}
      <Studies spec={spec} change={change} />
      <button
        type="button"
        aria-pressed={spec.signals}
        title="Mark where averages cross, a range breaks and relative strength turns"
        onClick={() => change({ signals: !spec.signals })}
      >
        Signals
      </button>
      <span class="grow" />
      {add !== null && (
        <button type="button" title="Another chart beside" onClick={add}>+ Chart</button>
      )}
      {remove !== null && (
        <button type="button" class="plain" aria-label="Remove this chart" onClick={remove}>
          ×
        </button>
      )}
    </div>
  );
}

/** One for all charts, so only the first one has it. */
function ZoneChoice() {
  const { kept } = useApp();
  return (
    <select
      class="chart-zone"
      aria-label="Time zone"
      value={kept.habits.value.zone}
      onChange={(event) => kept.set({ zone: event.currentTarget.value as Zone })}
    >
      {zones.map((zone) => (
        <option key={zone} value={zone}>{zone.split("/").at(-1)?.replace("_", " ")}</option>
      ))}
    </select>
  );
}
