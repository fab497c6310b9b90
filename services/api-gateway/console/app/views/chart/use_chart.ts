/** The life of a chart: loads, follows the feed, pages back, and goes with its component. */

import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { RefObject } from "preact";
import type { Transaction } from "../../../../../../shared/sdk/mod.ts";
import { Candles } from "../../chart/candles.ts";
import { ChartBoard, type ChartTrade } from "../../chart/chart_board.ts";
import { liveSource } from "../../../../../../shared/domain/source.ts";
import { onThemeChange } from "../../chart/palette.ts";
import { type App, useApp } from "../../core/app.ts";
import { wordsOf } from "../../core/words_of.ts";
import { studyText } from "../../chart/studies.ts";
import type { ChartSpec } from "../../core/route.ts";
import { unitsText } from "../../ui/numbers.ts";
import type { LegendHandle } from "./legend.tsx";
import { SignalLayer, type SignalState } from "./signal_layer.ts";

export interface ChartParts {
  readonly spec: ChartSpec;
  readonly pricePrecision: number;
  readonly element: RefObject<HTMLDivElement | null>;
  readonly legend: { current: LegendHandle | null };
  /** Set once the chart is drawn. */
  readonly board: Signal<ChartBoard | null>;
}

export interface ChartState extends SignalState {
  readonly bars: number;
  readonly loaded: boolean;
  readonly failure: string | null;
}

const noState: ChartState = {
  ...{ bars: 0, loaded: false, failure: null },
  ...{ signals: 0, signalFailure: null },
};

export function useChart(parts: ChartParts): Signal<ChartState> {
  const app = useApp();
  const state = useSignal(noState);
  const life = useRef<ChartLife | null>(null);
  const { zone } = app.kept.habits.value;
  useEffect(() => {
    const begun = new ChartLife(app, parts, state);
    life.current = begun;
    return () => begun.end();
  }, [zone, parts.pricePrecision]);
  const studies = studiesKey(parts.spec);
  useEffect(() => life.current?.studies(parts.spec), [studies, zone, parts.pricePrecision]);
  const { signals } = parts.spec;
  useEffect(() => life.current?.signals(signals), [signals, zone, parts.pricePrecision]);
  useSignalEffect(() => {
    const transactions = app.account.transactions.value;
    void state.value;
    life.current?.mark(transactions);
  });
  // What the feed missed while it was lost is in the history by now.
  const lost = useRef(false);
  useSignalEffect(() => {
    const health = app.feed.health.value.state;
    if (health === "connected" && lost.current) void life.current?.load();
    lost.current = health === "lost";
  });
  return state;
}

/** By when the history tells of the bars that had just ended at a load. */
const settleMs = 12_000;

/** How soon a chart of another time than its prices is read again at most. */
const loadAnewMs = 5_000;

const studiesKey = ({ studies }: ChartSpec): string => studies.map(studyText).join();

class ChartLife {
  readonly #app: App;
  readonly #parts: ChartParts;
  readonly #state: Signal<ChartState>;
  readonly #candles: Candles;
  readonly #board: ChartBoard;
  readonly #stops: (() => void)[];
  #signals: SignalLayer | null = null;
  #loaded = false;
  #loadedAnewAt = -Infinity;
  #paging = false;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(app: App, parts: ChartParts, state: Signal<ChartState>) {
    this.#app = app;
    this.#parts = parts;
    this.#state = state;
    const { spec, pricePrecision, element, legend } = parts;
    this.#candles = new Candles(app.client, spec);
    this.#board = new ChartBoard({
      element: element.current!,
      pricePrecision,
      zone: app.kept.habits.peek().zone,
      onNearStart: () => void this.#older(),
      onCross: (candle) => legend.current?.cross(candle),
    });
    parts.board.value = this.#board;
    this.#stops = [onThemeChange(() => this.#board.restyle())];
    if (this.#isLive) this.#follow();
    void this.load();
  }

  /** What was loaded stands still, and is of another time than the account's trades. */
  get #isLive(): boolean {
    return this.#parts.spec.source === liveSource;
  }

  #follow(): void {
    const { feed, quotes, loop } = this.#app;
    const { symbol } = this.#parts.spec;
    this.#stops.push(
      feed.watchBars(symbol, (bars) => {
        if (this.#candles.takeBars(bars) && this.#loaded) this.#showAll();
        else loop.ask(this.#paint);
      }),
      quotes.watch(symbol, (quote) => {
        this.#board.quote(Number(quote.bid), Number(quote.ask));
        if (this.#loaded && this.#candles.isElsewhere(quote)) return this.#loadAnew();
        this.#candles.takeQuote(quote);
        this.#paint();
      }),
    );
  }

  /** Not with every price, should reading not help. */
  #loadAnew(): void {
    const now = this.#app.now();
    if (now - this.#loadedAnewAt < loadAnewMs) return;
    this.#loadedAnewAt = now;
    void this.load();
  }

  async load(): Promise<void> {
    clearTimeout(this.#settling);
    try {
      const isNewest = await this.#candles.load(this.#app.marketNow());
      if (this.#ended || !isNewest) return;
      this.#loaded = true;
      const quote = this.#app.quotes.get(this.#parts.spec.symbol);
      this.#signals?.renew(this.#candles.finished);
      if (quote !== undefined && this.#isLive) this.#candles.takeQuote(quote);
      this.#showAll();
      if (this.#isLive) this.#settling = setTimeout(() => void this.#settle(), settleMs);
    } catch (error) {
      const failure = wordsOf(error);
      if (!this.#ended) this.#state.value = { ...this.#state.peek(), failure };
    }
  }

  async #settle(): Promise<void> {
    const came = await this.#candles.settle().catch(() => false);
    if (came && !this.#ended) this.#showAll();
  }

  studies({ studies }: ChartSpec): void {
    this.#board.studies(studies);
    this.#tellLegend();
  }

  /** Marks what the platform's studies find, or no more. */
  signals(shown: boolean): void {
    this.#signals?.end();
    this.#signals = null;
    if (shown) {
      const { spec, legend } = this.#parts;
      this.#signals = new SignalLayer({
        ...{ app: this.#app, spec, board: this.#board },
        missed: () => void this.load(),
        tell: (told) => {
          this.#state.value = { ...this.#state.peek(), ...told };
          legend.current?.again();
        },
      });
      if (this.#loaded) void this.#signals.follow(this.#candles.finished);
    }
  }

  mark(transactions: readonly Transaction[]): void {
    if (!this.#isLive) return;
    const { symbol } = this.#parts.spec;
    const trades: ChartTrade[] = [];
    for (const one of transactions) {
      if (one.type !== "order_filled" || one.symbol !== symbol) continue;
      const units = one.units ?? "0";
      trades.push({
        at: Date.parse(one.time),
        bought: !units.startsWith("-"),
        text: unitsText(units.replace("-", "")),
      });
    }
    this.#board.trades(trades);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#settling);
    for (const stop of this.#stops) stop();
    this.#signals?.end();
    this.#parts.board.value = null;
    this.#board.remove();
  }

  async #older(): Promise<void> {
    if (this.#paging || !this.#loaded) return;
    this.#paging = true;
    const came = await this.#candles.loadOlder().catch(() => false);
    this.#paging = false;
    if (came && !this.#ended) this.#showAll();
  }

  #showAll(): void {
    const { finished } = this.#candles;
    const last = this.#candles.last();
    this.#board.show(finished, last);
    void this.#signals?.follow(finished);
    this.#tellLegend();
    this.#count();
  }

  #tellLegend(): void {
    const last = this.#candles.last() ?? this.#candles.finished.at(-1);
    if (last !== undefined) this.#parts.legend.current?.last(last);
  }

  /** Tells the component how many bars there are; it renders once for each new one. */
  #count(): void {
    const bars = this.#candles.finished.length + (this.#candles.last() === null ? 0 : 1);
    const told = this.#state.peek();
    if (told.loaded && told.bars === bars && told.failure === null) return;
    this.#state.value = { ...told, bars, loaded: true, failure: null };
  }

  readonly #paint = (): void => {
    const last = this.#candles.last();
    if (!this.#loaded || this.#ended || last === null) return;
    this.#board.update(this.#candles.finished, last);
    this.#parts.legend.current?.last(last);
    this.#count();
  };
}
