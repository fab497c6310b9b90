/** The last minutes of one symbol, and what the studies find in the bars that they make. */

import { type Bar, minuteMs } from "../bar.ts";
import { columnsOf } from "../bar_columns.ts";
import { barGrid } from "../bars/bar_grid.ts";
import { BarFolder } from "../bars/fold_bars.ts";
import { nominalMs } from "../bars/granularity.ts";
import type { BarColumns } from "../columns.ts";
import { price } from "../instrument.ts";
import { epochMs } from "../time.ts";
import {
  type Signal,
  signalGranularities,
  type SignalGranularity,
  type StudyName,
  studyNames,
} from "./signal.ts";
import { judgeBars, studies, studyBarsMax } from "./studies.ts";

/** Newest bars of each length that are judged, again whenever a late quote corrects one of them. */
export const judgedBars = 64;

const longestMinutes = Math.max(...signalGranularities.map(nominalMs)) / minuteMs;
/** Minutes that are held of a symbol: what the judged bars need, and a bar cut off at either end. */
export const minutesMax = (judgedBars + studyBarsMax + 1) * longestMinutes;

/** What a study says of the newest bars of one length. */
export interface Judgement {
  readonly study: StudyName;
  readonly granularity: SignalGranularity;
  /** End of the first bar that was judged; of earlier ones it says nothing. */
  readonly from: number;
  readonly signals: readonly Signal[];
  /** Bars that ended before are too old to be judged ever again. */
  readonly oldest: number;
}

export class StudiedMinutes {
  /** By open time, finished ones only. */
  readonly #minutes: Bar[] = [];
  /** Open time of the first minute that was put since they were judged. */
  #changedFrom = Infinity;

  /** Takes a finished minute of the middle price, in place of one that is held. */
  put(bar: Bar): void {
    const minutes = this.#minutes;
    const at = indexAfter(minutes, bar.openTime);
    const isHeld = minutes[at - 1]?.openTime === bar.openTime;
    if (isHeld) minutes[at - 1] = bar;
    else minutes.splice(at, 0, bar);
    if (minutes.length > minutesMax) minutes.shift();
    this.#changedFrom = Math.min(this.#changedFrom, bar.openTime);
  }

  /** What the bars say that have changed since the last judgement, or stand on ones that have. */
  judge(): Judgement[] {
    const judgements = signalGranularities.flatMap((granularity) => {
      const bars = this.#barsOf(granularity);
      return studyNames.flatMap((study) => this.#judgeBy({ study, granularity }, bars));
    });
    this.#changedFrom = Infinity;
    return judgements;
  }

  /** Finished bars that the judgement needs, none where it has nothing to judge; the first may lack minutes. */
  #barsOf(granularity: SignalGranularity): BarColumns {
    const ms = nominalMs(granularity);
    const minutes = this.#minutes;
    const changed = indexAfter(minutes, this.#changedFrom - 1);
    const until = (minutes.at(-1)?.openTime ?? 0) + minuteMs;
    const openTime = this.#changedFrom - this.#changedFrom % ms;
    const isUnderWay = openTime + ms > until;
    if (isUnderWay && (minutes[changed - 1]?.openTime ?? 0) >= openTime) return columnsOf([]);
    const needed = (studyBarsMax + 3) * ms / minuteMs;
    const folder = new BarFolder({ grid: barGrid(granularity, "utc"), keepFlat: true });
    folder.push(columnsOf(minutes.slice(Math.max(0, changed - needed))));
    const bars = folder.end();
    const isOver = bars.length > 0 && bars.openTime.at(-1)! + ms <= until;
    return { ...bars, length: isOver ? bars.length : Math.max(0, bars.length - 1) };
  }

  #judgeBy(
    { study, granularity }: Pick<Judgement, "study" | "granularity">,
    bars: BarColumns,
  ): Judgement[] {
    const ms = nominalMs(granularity);
    const endOf = (at: number) => epochMs(bars.openTime[at]! + ms);
    let changed = 0;
    while (changed < bars.length && endOf(changed) <= this.#changedFrom) changed++;
    // The bar before the changed one too: where minutes are missing after it, it is over only now.
    const first = Math.max(studies[study].bars, bars.length - judgedBars, changed - 1);
    if (first >= bars.length) return [];
    const { symbol } = this.#minutes[0]!;
    const signals = judgeBars(bars, study, first).map(({ at, direction }): Signal => ({
      ...{ symbol, study, granularity, direction },
      ...{ time: endOf(at), price: price(bars.close[at]!) },
    }));
    const reach = (judgedBars + 1) * ms / minuteMs;
    const { openTime: oldest } = this.#minutes.at(-Math.min(reach, this.#minutes.length))!;
    return [{ study, granularity, from: endOf(first), signals, oldest }];
  }
}

/** Index of the first minute that opened later. */
function indexAfter(minutes: readonly Bar[], openTime: number): number {
  let at = minutes.length;
  while (at > 0 && minutes[at - 1]!.openTime > openTime) at--;
  return at;
}
