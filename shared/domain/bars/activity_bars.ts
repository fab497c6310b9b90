/**
 * Bars that end by what happened, not by the clock: after so many ticks, after so much volume, when
 * the range is spent, or a Renko brick further. Exact: no price is made up but a brick's own edges.
 * However the ticks are cut into pieces, and wherever a page ends, the bars are the same.
 *
 * - `ticks`: every bar has `size` ticks.
 * - `volume`: the tick that brings the volume to `size` ends the bar; ticks are not divided.
 * - `range`: high and low are at most `size` points apart; a tick that would stretch the bar further
 *   begins the next.
 * - `renko`: bricks of `size` points. A price a whole brick beyond the last brick's upper or lower
 *   edge makes a brick from that edge on, and as many as fit; the first price is where they begin.
 */

import type { BarSide } from "../bar.ts";
import type { TickColumns } from "../columns.ts";
import { SidePoints, sideVolume } from "./fold_ticks.ts";

export const activityKinds = ["ticks", "volume", "range", "renko"] as const;
export type ActivityKind = (typeof activityKinds)[number];

export interface ActivityBar {
  /** Of the first tick, and of the tick that ended it: epoch milliseconds. */
  readonly openTime: number;
  readonly closeTime: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** 0 in a brick that a tick made beside another one. */
  readonly ticks: number;
  /** NaN where the source gives none of one of its ticks. */
  readonly volume: number;
}

/** Where a fold stands between two bars: enough to go on from the next tick as if it had not stopped. */
export interface ActivityPlace {
  /** Ticks of `time` that are spent. */
  readonly time: number;
  readonly spent: number;
  /** Edges of the last brick, in points; `null` before the first price and for other kinds. */
  readonly brick: { readonly low: number; readonly high: number } | null;
  /** Whether the tick behind is counted already, and comes again for more bricks only. */
  readonly counted: boolean;
}

export interface ActivityOptions {
  readonly kind: ActivityKind;
  /** Ticks, volume in the source's unit, or points. */
  readonly size: number;
  readonly side: BarSide;
  /** Where to go on; ticks up to there are passed over. */
  readonly place: ActivityPlace | null;
  /** Bars at most; the fold then stands still. */
  readonly barsMax: number;
}

interface Growing {
  openTime: number;
  closeTime: number;
  open: number;
  high: number;
  low: number;
  close: number;
  ticks: number;
  volume: number;
}

export class ActivityFolder {
  readonly bars: ActivityBar[] = [];
  readonly #options: ActivityOptions;
  #bar: Growing | null = null;
  #brick: { low: number; high: number } | null;
  #time: number;
  #spent: number;
  #place: ActivityPlace | null;
  /** Ticks of the place's moment that are still to be passed over. */
  #skip: number;
  #counted: boolean;
  readonly #points: SidePoints;

  constructor(options: ActivityOptions) {
    this.#options = options;
    this.#points = new SidePoints(options.side);
    this.#place = options.place;
    const brick = options.place?.brick ?? null;
    this.#brick = brick === null ? null : { ...brick };
    this.#time = options.place?.time ?? -Infinity;
    this.#spent = 0;
    this.#skip = options.place?.spent ?? 0;
    this.#counted = options.place?.counted ?? false;
  }

  get full(): boolean {
    return this.bars.length >= this.#options.barsMax;
  }

  /** Behind the last finished bar. */
  get place(): ActivityPlace | null {
    return this.#place;
  }

  push(ticks: TickColumns): void {
    const { length, time } = ticks;
    const prices = this.#points.of(ticks);
    for (let at = 0; at < length && !this.full; at++) {
      if (this.#isPast(time[at]!)) continue;
      const price = prices[at]!;
      if (this.#options.kind === "renko") this.#lay(ticks, at, price);
      else this.#take(ticks, at, price);
    }
  }

  /** Counts the ticks of one moment, and says whether this one lies before the place. */
  #isPast(time: number): boolean {
    if (time < this.#time) return true;
    if (time > this.#time) {
      this.#time = time;
      this.#spent = 0;
      this.#skip = 0;
    } else if (this.#spent < this.#skip) {
      this.#spent++;
      return true;
    }
    return false;
  }

  #take(ticks: TickColumns, at: number, price: number): void {
    const { kind, size } = this.#options;
    const bar = this.#bar;
    if (bar !== null && kind === "range") {
      const stretched = Math.max(bar.high, price) - Math.min(bar.low, price);
      if (stretched > size) {
        this.#finish();
        if (this.full) return;
      }
    }
    this.#grow(ticks, at, price);
    this.#spent++;
    const full = kind === "ticks"
      ? this.#bar!.ticks >= size
      : kind === "volume" && this.#bar!.volume >= size;
    if (full) this.#finish();
  }

  #grow(ticks: TickColumns, at: number, price: number): void {
    const time = ticks.time[at]!;
    const volume = sideVolume(ticks, this.#options.side, at);
    const bar = this.#bar;
    if (bar === null) {
      const prices = { open: price, high: price, low: price, close: price };
      this.#bar = { openTime: time, closeTime: time, ...prices, ticks: 1, volume };
      return;
    }
    bar.closeTime = time;
    bar.high = Math.max(bar.high, price);
    bar.low = Math.min(bar.low, price);
    bar.close = price;
    bar.ticks++;
    bar.volume += volume;
  }

  #finish(): void {
    this.bars.push(this.#bar!);
    this.#bar = null;
    this.#place = { time: this.#time, spent: this.#spent, brick: null, counted: false };
  }

  #lay(ticks: TickColumns, at: number, price: number): void {
    const { size } = this.#options;
    this.#brick ??= { low: price, high: price };
    if (!this.#counted) this.#grow(ticks, at, price);
    this.#counted = false;
    const brick = this.#brick;
    const unweighed = Number.isNaN(sideVolume(ticks, this.#options.side, at)) ? NaN : 0;
    const goesOn = () => price >= brick.high + size || price <= brick.low - size;
    while (goesOn()) {
      this.#layBrick(price >= brick.high + size ? 1 : -1, unweighed);
      const counted = goesOn();
      // Where a page ends within a tick, the tick comes again for the bricks that are left.
      const spent = this.#spent + (counted ? 0 : 1);
      this.#place = { time: this.#time, spent, brick: { ...brick }, counted };
      if (this.full) return;
    }
    this.#spent++;
  }

  #layBrick(direction: 1 | -1, unweighed: number): void {
    const brick = this.#brick!;
    const { size } = this.#options;
    const bar = this.#bar;
    const open = direction > 0 ? brick.high : brick.low;
    const close = open + direction * size;
    brick.low = Math.min(open, close);
    brick.high = Math.max(open, close);
    this.bars.push({
      openTime: bar?.openTime ?? this.#time,
      closeTime: this.#time,
      open,
      high: brick.high,
      low: brick.low,
      close,
      ticks: bar?.ticks ?? 0,
      volume: bar === null ? unweighed : bar.volume,
    });
    this.#bar = null;
  }
}
