/**
 * The candles of one chart: finished bars from the platform's history, page by page into the past,
 * and the last one alive. The last bar is folded of what is finished inside it, of the feed's live
 * minutes, and of the newest price. Numbers here are for drawing only.
 */

import { barGrid, type Span } from "../../../../../shared/domain/bars/bar_grid.ts";
import { type Granularity, nominalMs } from "../../../../../shared/domain/bars/granularity.ts";
import { epochMs, toRfc3339 } from "../../../../../shared/domain/time.ts";
import type { Bar, FeedQuote, LiveBar, Spotwire } from "../../../../../shared/sdk/mod.ts";
import { Newest } from "../core/newest.ts";
import { isAlive } from "../market/quote_store.ts";
import type { BarSpec } from "../core/route.ts";
import { liveSource } from "../../../../../shared/domain/source.ts";
import type { Candle } from "./candle.ts";

type Part = Candle & { readonly version: number };

const pageBars = 500;
/** Bars one chart holds at most; further back one asks for longer bars. */
const barsMax = 20_000;
const minuteMs = 60_000;

/** Venues and feeds are never this far behind their own time. */
const elsewhereMs = 60_000;

export class Candles {
  readonly #client: Spotwire;
  readonly #spec: BarSpec;
  readonly #spanAt: (at: number) => Span;
  /** Finished, oldest first. */
  #finished: Candle[] = [];
  /** Finished parts of the last bar, and its live minutes, by open time. */
  #parts = new Map<number, Part>();
  #span: Span = { from: 0, until: 0 };
  #touched: Candle | null = null;
  #complete = false;
  /** Up to when the history had told its bars at the last load. */
  #toldUntil = 0;
  readonly #newest = new Newest();

  constructor(client: Spotwire, spec: BarSpec) {
    this.#client = client;
    this.#spec = spec;
    this.#spanAt = barGrid(spec.granularity, "fx-day").spanAt;
  }

  get finished(): readonly Candle[] {
    return this.#finished;
  }

  /** Whether the oldest bar there is has been read. */
  get complete(): boolean {
    return this.#complete;
  }

  /** The newest bars, and what there is of the last one; whether no newer load came before it. */
  async load(now: number): Promise<boolean> {
    const isNewest = this.#newest.ask();
    if (this.#spec.source !== liveSource) return await this.#loadPast(isNewest);
    const span = this.#spanAt(now);
    const { bars } = await this.#list({ to: toRfc3339(epochMs(span.from)), limit: pageBars });
    const parts = await this.#partsOf(span);
    if (!isNewest()) return false;
    this.#finished = bars.map(toCandle);
    this.#complete = bars.length === 0;
    const newest = this.#finished.at(-1);
    this.#toldUntil = newest === undefined ? span.from : this.#spanAt(newest.openTime).until;
    // Minutes that the feed told of meanwhile are newer than the history's.
    for (const part of this.#parts.values()) {
      if (part.openTime >= span.from && part.openTime < span.until) parts.set(part.openTime, part);
    }
    this.#begin(span);
    this.#parts = parts;
    return true;
  }

  /** Of a history that ends somewhere, all bars are finished. */
  async #loadPast(isNewest: () => boolean): Promise<boolean> {
    const { bars } = await this.#list({ limit: pageBars });
    if (!isNewest()) return false;
    this.#finished = bars.map(toCandle);
    this.#complete = bars.length === 0;
    return true;
  }

  /**
   * History tells of a bar some seconds after its end. Takes those that it had not told at the last
   * load, and in place of what was seen of them on the screen; whether any came.
   */
  async settle(): Promise<boolean> {
    const from = this.#toldUntil;
    const { bars } = await this.#list({
      ...{ from: toRfc3339(epochMs(from)), to: toRfc3339(epochMs(this.#span.from)) },
      limit: pageBars,
    });
    if (bars.length === 0 || this.#toldUntil !== from) return false;
    const told = new Map(bars.map((bar) => [Date.parse(bar.openTime), toCandle(bar)]));
    const seen = this.#finished.filter(({ openTime }) => !told.has(openTime));
    this.#finished = [...seen, ...told.values()].sort((a, b) => a.openTime - b.openTime);
    return true;
  }

  /** A page further into the past; whether anything came. */
  async loadOlder(): Promise<boolean> {
    const first = this.#finished[0];
    if (first === undefined || this.#complete || this.#finished.length >= barsMax) return false;
    const to = toRfc3339(epochMs(first.openTime));
    const { bars } = await this.#list({ to, limit: pageBars });
    // Another page may have come in the meantime.
    if (this.#finished[0] !== first) return false;
    // A page is short too where more ticks make it than one answer reads: there may be older bars.
    this.#complete = bars.length === 0;
    this.#finished = [...bars.map(toCandle), ...this.#finished];
    return bars.length > 0;
  }

  /** Live minutes of the chart's symbol; whether a finished bar changed. */
  takeBars(bars: readonly LiveBar[]): boolean {
    let corrected = false;
    for (const bar of bars) {
      if (bar.side !== this.#spec.side) continue;
      if (bar.openTime < this.#span.from) {
        corrected = this.#correct(bar) || corrected;
        continue;
      }
      if (bar.openTime >= this.#span.until) this.#turn(bar.openTime);
      const known = this.#parts.get(bar.openTime);
      if (known !== undefined && known.version >= bar.version) continue;
      this.#parts.set(bar.openTime, {
        ...numbers(bar),
        openTime: bar.openTime,
        version: bar.version,
      });
    }
    return corrected;
  }

  /** A minute that ended on the screen before its last prices had come. */
  #correct(bar: LiveBar): boolean {
    const at = this.#finished.length - 1;
    if (this.#spec.granularity !== "M1" || this.#finished[at]?.openTime !== bar.openTime) {
      return false;
    }
    this.#finished[at] = { ...numbers(bar), openTime: bar.openTime };
    return true;
  }

  /**
   * Whether a price of now is of another time than the bar in hand, which was begun before there were
   * prices; or of one so much later that the bars between are to be read.
   */
  isElsewhere({ status, time }: FeedQuote): boolean {
    const { from, until } = this.#span;
    const far = Math.max(elsewhereMs, until - from);
    return isAlive(status) && (time < from - elsewhereMs || time >= until + far);
  }

  /** The newest price. */
  takeQuote(quote: FeedQuote): void {
    if (quote.time < this.#span.from) return;
    if (quote.time >= this.#span.until) this.#turn(quote.time);
    const price = priceOf(quote, this.#spec.side);
    const { open, high, low } = this.#touched ?? { open: price, high: price, low: price };
    this.#touched = {
      openTime: this.#span.from,
      open,
      high: Math.max(high, price),
      low: Math.min(low, price),
      close: price,
    };
  }

  /** The bar that is growing; `null` while nothing is known of it. */
  last(): Candle | null {
    const parts = [...this.#parts.values()].sort((a, b) => a.openTime - b.openTime);
    const all: Candle[] = [...parts, ...(this.#touched === null ? [] : [this.#touched])];
    const first = all[0];
    if (first === undefined) return null;
    return {
      openTime: this.#span.from,
      open: first.open,
      high: Math.max(...all.map((one) => one.high)),
      low: Math.min(...all.map((one) => one.low)),
      close: (this.#touched ?? all.at(-1)!).close,
    };
  }

  /** The bar in hand is over, and the next begins. */
  #turn(at: number): void {
    const last = this.last();
    if (last !== null && last.openTime > (this.#finished.at(-1)?.openTime ?? -1)) {
      this.#finished.push(last);
    }
    this.#begin(this.#spanAt(at));
  }

  #begin(span: Span): void {
    this.#span = span;
    this.#parts = new Map();
    this.#touched = null;
  }

  /** Bars that are finished inside the last one, from long to short. */
  async #partsOf(span: Span): Promise<Map<number, Part>> {
    const parts = new Map<number, Part>();
    let from = span.from;
    for (const granularity of ["D1", "H1", "M1"] as const) {
      if (nominalMs(granularity) >= nominalMs(this.#spec.granularity)) continue;
      const { bars } = await this.#list({ granularity, from: toRfc3339(epochMs(from)) });
      for (const bar of bars.map(toCandle)) parts.set(bar.openTime, { ...bar, version: 0 });
      const newest = bars.at(-1);
      if (newest !== undefined) from = endOf(newest, granularity);
    }
    return parts;
  }

  #list(query: { granularity?: Granularity; from?: string; to?: string; limit?: number }) {
    const { symbol, side, granularity, source } = this.#spec;
    return this.#client.listBars(symbol, { side, granularity, source, ...query });
  }
}

function endOf(bar: Bar, granularity: "D1" | "H1" | "M1"): number {
  const at = Date.parse(bar.openTime);
  if (granularity === "M1") return at + minuteMs;
  return barGrid(granularity, "fx-day").spanAt(at).until;
}

const numbers = (bar: Pick<Bar, "open" | "high" | "low" | "close">) => ({
  open: Number(bar.open),
  high: Number(bar.high),
  low: Number(bar.low),
  close: Number(bar.close),
});

export const toCandle = (bar: Bar): Candle => ({
  ...numbers(bar),
  openTime: Date.parse(bar.openTime),
});

export function priceOf(quote: Pick<FeedQuote, "bid" | "ask">, side: BarSpec["side"]): number {
  if (side === "mid") return (Number(quote.bid) + Number(quote.ask)) / 2;
  return Number(quote[side]);
}
