/**
 * What the studies find in the bars of one chart: in those that are loaded by the platform's history,
 * asked as the chart pages back, and in the newest by the feed. Of a signal both tell of, the feed
 * has the last word: it knows of late prices first.
 */

import { barGrid } from "../../../../../shared/domain/bars/bar_grid.ts";
import type { Granularity } from "../../../../../shared/domain/bars/granularity.ts";
import {
  type Direction,
  signalGranularities,
  type StudyName,
  studyNames,
} from "../../../../../shared/domain/signals/signal.ts";
import { liveSource } from "../../../../../shared/domain/source.ts";
import { epochMs, toRfc3339 } from "../../../../../shared/domain/time.ts";
import type { LiveSignal, Signals, Spotwire } from "../../../../../shared/sdk/mod.ts";
import type { BarSpec } from "../core/route.ts";
import type { Candle } from "./candle.ts";

export interface ChartSignal {
  /** Of the bar it stands on. */
  readonly openTime: number;
  readonly study: StudyName;
  readonly direction: Direction;
}

/** By the open time of their bar. */
export type SignalsByBar = ReadonlyMap<number, readonly ChartSignal[]>;

interface Told extends ChartSignal {
  readonly isRaised: boolean;
  readonly sequence: number;
}

/** Bars that one answer judges, and answers to one question, at most. */
const pageBars = 2_000;
const pagesMax = 40;

/** Whether the feed tells of these bars: it studies the middle of the live prices. */
export const hasLiveSignals = ({ source, side, granularity }: BarSpec): boolean =>
  source === liveSource && side === "mid" && isSignalLength(granularity);
const isSignalLength = (granularity: Granularity): boolean =>
  signalGranularities.some((one) => one === granularity);

const keyOf = ({ openTime, study }: ChartSignal): string => `${openTime} ${study}`;

export class ChartSignals {
  readonly #client: Spotwire;
  readonly #spec: BarSpec;
  /** Of history, by bar and study. */
  #read = new Map<string, ChartSignal>();
  /** Of the feed. */
  readonly #told = new Map<string, Told>();
  /** What the feed told of bars that history is asked of anew. */
  #outdated: readonly Told[] = [];
  /** Bars that open from here on have been asked of. */
  #from = Infinity;
  #first = Infinity;
  #isAsking = false;
  #renewals = 0;
  #byBar: SignalsByBar | null = null;

  constructor(client: Spotwire, spec: BarSpec) {
    this.#client = client;
    this.#spec = spec;
  }

  /** Those that stand. */
  get byBar(): SignalsByBar {
    return this.#byBar ??= this.#standing();
  }

  /** Finished bars have been read anew: what the feed told of them may be out of date. */
  renew(finished: readonly Candle[]): void {
    const newest = finished.at(-1)?.openTime ?? -Infinity;
    this.#outdated = [...this.#told.values()].filter(({ openTime }) => openTime <= newest);
    this.#from = Infinity;
    this.#renewals += 1;
  }

  /** Asks of those bars of a chart that it has not asked of yet; whether answers came. */
  async follow(finished: readonly Candle[]): Promise<boolean> {
    this.#first = finished[0]?.openTime ?? Infinity;
    if (this.#isAsking) return false;
    this.#isAsking = true;
    try {
      let came = false;
      // Older bars may come, and all anew, while an answer is on its way.
      while (this.#first < this.#from) came = await this.#ask(this.#first, this.#from) || came;
      return came;
    } finally {
      this.#isAsking = false;
    }
  }

  /** What the feed tells of the symbol, in order; whether any of it is of these bars. */
  take(signals: readonly LiveSignal[]): boolean {
    const own = signals.filter(({ granularity }) => granularity === this.#spec.granularity);
    const { spanAt } = barGrid(this.#spec.granularity, "fx-day");
    for (const { study, direction, time, state, sequence } of own) {
      const openTime = spanAt(time - 1).from;
      const told = { openTime, study, direction, isRaised: state === "raised", sequence };
      const known = this.#told.get(keyOf(told));
      if (known === undefined || known.sequence < sequence) this.#told.set(keyOf(told), told);
    }
    if (own.length > 0) this.#byBar = null;
    return own.length > 0;
  }

  async #ask(from: number, to: number): Promise<boolean> {
    const renewals = this.#renewals;
    const found = await this.#list(from, to);
    if (renewals !== this.#renewals) return false;
    if (to === Infinity) {
      this.#read = new Map();
      for (const one of this.#outdated) {
        // What has been told since the question stays.
        if (this.#told.get(keyOf(one)) === one) this.#told.delete(keyOf(one));
      }
      this.#outdated = [];
    }
    for (const one of found) this.#read.set(keyOf(one), one);
    this.#from = from;
    this.#byBar = null;
    return true;
  }

  /** Of bars that open in a range, page by page. */
  async #list(from: number, to: number): Promise<ChartSignal[]> {
    const { symbol, side, granularity, source } = this.#spec;
    const found: ChartSignal[] = [];
    let page: Pick<Signals, "next" | "alignment"> | null = null;
    for (let pages = 0; page === null || page.next !== null; pages++) {
      if (pages === pagesMax) throw new Error("Signals of so many bars are too much to ask for.");
      const answer: Signals = await this.#client.listSignals(symbol, {
        ...{ side, granularity, source, limit: pageBars },
        from: page?.next ?? toRfc3339(epochMs(from)),
        ...(to === Infinity ? {} : { to: toRfc3339(epochMs(to)) }),
        ...(page === null ? {} : { alignment: page.alignment }),
      });
      const { spanAt } = barGrid(granularity, answer.alignment);
      for (const { time, study, direction } of answer.signals) {
        found.push({ openTime: spanAt(Date.parse(time) - 1).from, study, direction });
      }
      page = answer;
    }
    return found;
  }

  #standing(): SignalsByBar {
    const all = [...this.#read].flatMap(([key, one]) => this.#told.has(key) ? [] : [one]);
    for (const { openTime, study, direction, isRaised } of this.#told.values()) {
      if (isRaised) all.push({ openTime, study, direction });
    }
    const rank = ({ study }: ChartSignal) => studyNames.indexOf(study);
    all.sort((a, b) => a.openTime - b.openTime || rank(a) - rank(b));
    return Map.groupBy(all, ({ openTime }) => openTime);
  }
}
