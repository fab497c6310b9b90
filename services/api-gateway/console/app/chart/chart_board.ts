/** One chart on the screen: the drawing library behind the few words that the console needs. */

import {
  type AutoscaleInfo,
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type MouseEventParams,
  type SeriesMarker,
  type TickMarkType,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import type { Zone } from "../core/kept.ts";
import { momentText } from "../ui/times.ts";
import type { Candle } from "./candle.ts";
import { chartColours, tickText } from "./chart_look.ts";
import type { ChartSignal, SignalsByBar } from "./chart_signals.ts";
import { type Palette, readPalette } from "./palette.ts";
import { marksOf } from "./signal_marks.ts";
import type { Study, StudyValues } from "./studies.ts";
import { addStudy, pointOf } from "./study_series.ts";
import { StudyLines } from "./study_lines.ts";

export interface ChartTrade {
  readonly at: number;
  readonly bought: boolean;
  readonly text: string;
}

export interface ChartBoardParts {
  readonly element: HTMLElement;
  readonly pricePrecision: number;
  readonly zone: Zone;
  /** The picture is near its oldest bar. */
  onNearStart(): void;
  /** The bar under the crosshair; `null` when it leaves. */
  onCross(candle: Candle | null): void;
}

/** How far an order may be from the bars in the picture to be in it too. */
const nearShare = 0.01;
/** Bars left of the picture when more are asked for. */
const nearBars = 60;
const dataOf = ({ openTime, open, high, low, close }: Candle) => ({
  time: openTime / 1_000 as UTCTimestamp,
  open,
  high,
  low,
  close,
});

const arrow = (openTime: number, isUp: boolean) => ({
  time: openTime / 1_000 as UTCTimestamp,
  position: isUp ? "belowBar" as const : "aboveBar" as const,
  shape: isUp ? "arrowUp" as const : "arrowDown" as const,
});

const labelColours = (color: string, { onColour }: Palette) => ({
  color,
  axisLabelTextColor: onColour,
});

export class ChartBoard {
  readonly #chart: IChartApi;
  readonly #series: ISeriesApi<"Candlestick">;
  readonly #markers: ReturnType<typeof createSeriesMarkers<Time>>;
  #bid: IPriceLine | null = null;
  #ask: IPriceLine | null = null;
  /** Of each study, in the order they were asked for. */
  #studies: { readonly lines: StudyLines; readonly series: ISeriesApi<"Line">[] }[] = [];
  #candles: readonly Candle[] = [];
  #last: Candle | null = null;
  #levels: readonly number[] = [];
  #trades: readonly ChartTrade[] = [];
  #signals: SignalsByBar = new Map();
  /** Pixels of a bar when the markers were drawn. */
  #barPx = 0;

  constructor(parts: ChartBoardParts) {
    const { element, pricePrecision, zone } = parts;
    this.#chart = createChart(element, {
      autoSize: true,
      // Its logo brings a style of its own that the page's policy forbids; a link stands instead.
      layout: { attributionLogo: false, fontSize: 11 },
      localization: { timeFormatter: (time: Time) => momentText(Number(time) * 1_000, zone) },
      timeScale: {
        timeVisible: true,
        secondsVisible: true,
        rightOffset: 6,
        tickMarkFormatter: (time: Time, kind: TickMarkType) =>
          tickText(Number(time) * 1_000, kind, zone),
      },
      // Room above for the legend, which would lie over the line of a price up there.
      rightPriceScale: { scaleMargins: { top: 0.24, bottom: 0.12 } },
      crosshair: { mode: 0 },
    });
    this.#series = this.#chart.addSeries(CandlestickSeries, {
      priceFormat: { type: "price", precision: pricePrecision, minMove: 10 ** -pricePrecision },
      priceLineVisible: false,
      lastValueVisible: false,
      autoscaleInfoProvider: (original: () => AutoscaleInfo | null) => this.#scaled(original()),
    });
    this.#markers = createSeriesMarkers<Time>(this.#series, []);
    this.restyle();
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range !== null && range.from < nearBars && this.#candles.length > 0) parts.onNearStart();
      if (this.#signals.size > 0 && this.#barPx !== this.#barSpacing) this.#drawMarkers();
    });
    this.#chart.subscribeCrosshairMove((event) => parts.onCross(this.#under(event)));
  }

  /** Takes the colours that the style sheet has now. */
  restyle(): void {
    const colours = readPalette();
    this.#chart.applyOptions(chartColours(colours));
    this.#series.applyOptions({
      upColor: colours.up,
      downColor: colours.down,
      wickUpColor: colours.up,
      wickDownColor: colours.down,
      borderVisible: false,
    });
    this.#bid?.applyOptions(labelColours(colours.sell, colours));
    this.#ask?.applyOptions(labelColours(colours.buy, colours));
    this.studies(this.#studies.map(({ lines }) => lines.study));
    this.#drawMarkers();
  }

  /** Draws these studies and no others. */
  studies(studies: readonly Study[]): void {
    const colours = readPalette().studies;
    for (const { series } of this.#studies) series.forEach((one) => this.#chart.removeSeries(one));
    this.#studies = studies.map((study, at) => ({
      lines: new StudyLines(study),
      series: addStudy(this.#chart, study, colours[at % colours.length]!),
    }));
    this.#drawStudies(true);
  }

  /** Each study's values at a bar of the picture. */
  studyValuesAt(candle: Candle): readonly StudyValues[] {
    return this.#studies.map(({ lines }) =>
      candle.openTime === this.#last?.openTime
        ? lines.at(candle).values
        : lines.find(candle.openTime)
    );
  }

  #drawStudies(isNew: boolean): void {
    for (const { lines, series } of this.#studies) {
      const came = lines.follow(this.#candles);
      const all = isNew || came === "all";
      const points = all ? lines.points : lines.points.slice(lines.points.length - came);
      const last = this.#last === null ? [] : [lines.at(this.#last)];
      series.forEach((one, at) => {
        const data = [...points, ...last].flatMap((point) => pointOf(point, at));
        if (all) one.setData(data);
        else for (const point of data) one.update(point);
      });
    }
  }

  /** Prices that the picture makes room for, where they are not far off. */
  levels(prices: readonly number[]): void {
    if (String(prices) === String(this.#levels)) return;
    this.#levels = prices;
    // The library asks for the scale again when an option is set.
    this.#series.applyOptions({});
    this.#chart.priceScale("right").applyOptions({});
  }

  #scaled(own: AutoscaleInfo | null): AutoscaleInfo | null {
    const range = own?.priceRange ?? null;
    if (own === null || range === null) return own;
    const near = this.#levels.filter((price) =>
      price > range.minValue * (1 - nearShare) && price < range.maxValue * (1 + nearShare)
    );
    return {
      ...own,
      priceRange: {
        minValue: Math.min(range.minValue, ...near),
        maxValue: Math.max(range.maxValue, ...near),
      },
    };
  }

  /** Everything anew: a first page, an older one. */
  show(candles: readonly Candle[], last: Candle | null): void {
    this.#candles = candles;
    this.#last = last;
    this.#series.setData([...candles, ...(last === null ? [] : [last])].map(dataOf));
    this.#drawStudies(true);
    this.#drawMarkers();
  }

  /** The last bar as it is now. */
  update(candles: readonly Candle[], last: Candle): void {
    this.#candles = candles;
    // A bar that has just ended is drawn once more as it ended.
    const ended = candles.at(-1);
    const before = this.#last;
    if (before !== null && ended !== undefined && ended.openTime === before.openTime) {
      this.#series.update(dataOf(ended));
    }
    this.#last = last;
    this.#series.update(dataOf(last));
    this.#drawStudies(false);
  }

  quote(bid: number, ask: number): void {
    const colours = readPalette();
    this.#bid ??= this.#label("bid", labelColours(colours.sell, colours));
    this.#ask ??= this.#label("ask", labelColours(colours.buy, colours));
    this.#bid.applyOptions({ price: bid });
    this.#ask.applyOptions({ price: ask });
  }

  #label(title: string, colours: ReturnType<typeof labelColours>): IPriceLine {
    return this.#series.createPriceLine({
      ...{ title, price: 0, axisLabelVisible: true, lineVisible: false },
      ...colours,
    });
  }

  trades(trades: readonly ChartTrade[]): void {
    this.#trades = trades;
    this.#drawMarkers();
  }

  /** Marks these signals and no others. */
  signals(signals: SignalsByBar): void {
    this.#signals = signals;
    this.#drawMarkers();
  }

  signalsAt({ openTime }: Candle): readonly ChartSignal[] {
    return this.#signals.get(openTime) ?? [];
  }

  #drawMarkers(): void {
    const colours = readPalette();
    this.#barPx = this.#barSpacing;
    const markers: SeriesMarker<Time>[] = this.#trades.flatMap(({ at, bought, text }) => {
      const openTime = this.#openTimeOf(at);
      const color = bought ? colours.buy : colours.sell;
      return openTime === null ? [] : [{ ...arrow(openTime, bought), color, text }];
    });
    if (this.#signals.size > 0) {
      const candles = [...this.#candles, ...(this.#last === null ? [] : [this.#last])];
      for (const { openTime, direction, text } of marksOf(this.#signals, candles, this.#barPx)) {
        // Not in a trade's colours: a signal is nobody's order.
        markers.push({ ...arrow(openTime, direction === "up"), color: colours.text, text });
      }
    }
    this.#markers.setMarkers(markers.sort((a, b) => Number(a.time) - Number(b.time)));
  }

  get #barSpacing(): number {
    return this.#chart.timeScale().options().barSpacing;
  }

  /** Of the bar that a moment lies in; `null` before the first. */
  #openTimeOf(at: number): number | null {
    if (this.#last !== null && at >= this.#last.openTime) return this.#last.openTime;
    let low = 0;
    let high = this.#candles.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#candles[middle]!.openTime <= at) low = middle + 1;
      else high = middle;
    }
    return this.#candles[low - 1]?.openTime ?? null;
  }

  /** Pixels from the top of the picture; `null` where the price is not in it. */
  yOf(price: number): number | null {
    return this.#series.priceToCoordinate(price);
  }

  priceAt(y: number): number | null {
    return this.#series.coordinateToPrice(y);
  }

  /** Height of the picture without the time axis. */
  get height(): number {
    return this.#chart.paneSize().height;
  }

  get width(): number {
    return this.#chart.paneSize().width;
  }

  scroll(bars: number): void {
    const scale = this.#chart.timeScale();
    scale.scrollToPosition(scale.scrollPosition() + bars, false);
  }

  zoom(by: number): void {
    const scale = this.#chart.timeScale();
    scale.applyOptions({ barSpacing: Math.min(60, Math.max(1, scale.options().barSpacing * by)) });
  }

  toNow(): void {
    this.#chart.timeScale().scrollToRealTime();
  }

  /** Everything there is in one picture. */
  showWhole(): void {
    this.#chart.timeScale().fitContent();
  }

  remove(): void {
    this.#chart.remove();
  }

  #under({ time }: MouseEventParams<Time>): Candle | null {
    if (time === undefined) return null;
    const openTime = Number(time) * 1_000;
    if (this.#last?.openTime === openTime) return this.#last;
    return this.#candles.find((one) => one.openTime === openTime) ?? null;
  }
}
