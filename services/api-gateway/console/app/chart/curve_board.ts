/** An equity curve: the drawing library behind the few words that the console needs. */

import {
  AreaSeries,
  createChart,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import type { CurvePoint } from "../backtests/report_figures.ts";
import type { Zone } from "../core/kept.ts";
import { momentText } from "../ui/times.ts";
import { readPalette } from "./palette.ts";
import { chartColours, tickText } from "./chart_look.ts";

/** Of the picture's height, for how far below the peak it is. */
const fallShare = 0.28;

export class CurveBoard {
  readonly #chart: IChartApi;
  readonly #balance: ISeriesApi<"Line">;
  readonly #equity: ISeriesApi<"Line">;
  readonly #fall: ISeriesApi<"Area">;

  constructor(element: HTMLElement, zone: Zone) {
    this.#chart = createChart(element, {
      autoSize: true,
      layout: { attributionLogo: false, fontSize: 11 },
      localization: { timeFormatter: (time: Time) => momentText(Number(time) * 1_000, zone) },
      timeScale: {
        timeVisible: true,
        tickMarkFormatter: (time: Time, kind: number) => tickText(Number(time) * 1_000, kind, zone),
      },
      crosshair: { mode: 0 },
      handleScroll: false,
      handleScale: false,
    });
    const line = { lineWidth: 2, priceLineVisible: false, lastValueVisible: false } as const;
    this.#balance = this.#chart.addSeries(LineSeries, { ...line, lineWidth: 1 });
    this.#equity = this.#chart.addSeries(LineSeries, line);
    this.#fall = this.#chart.addSeries(AreaSeries, {
      ...line,
      lineWidth: 1,
      // Filled from the peak down.
      invertFilledArea: true,
    }, 1);
    const [upper, lower] = this.#chart.panes();
    upper?.setStretchFactor(1 - fallShare);
    lower?.setStretchFactor(fallShare);
    this.restyle();
  }

  /** Takes the colours that the style sheet has now. */
  restyle(): void {
    const colours = readPalette();
    this.#chart.applyOptions(chartColours(colours));
    this.#balance.applyOptions({ color: colours.dim });
    this.#equity.applyOptions({ color: colours.up });
    this.#fall.applyOptions({
      lineColor: colours.down,
      topColor: `${colours.down}55`,
      bottomColor: `${colours.down}55`,
    });
  }

  show(points: readonly CurvePoint[]): void {
    const of = (key: "balance" | "equity" | "fall") =>
      points.map((one) => ({ time: one.time as UTCTimestamp, value: one[key] }));
    this.#balance.setData(of("balance"));
    this.#equity.setData(of("equity"));
    this.#fall.setData(of("fall"));
    this.#chart.timeScale().fitContent();
  }

  remove(): void {
    this.#chart.remove();
  }
}
