/**
 * Studies drawn over candles or below them, by their usual definitions over the bars' closes:
 *
 * - `sma`: simple moving average, the mean of the newest closes; the platform's own `Average`.
 * - `ema`: exponential moving average, `e + 2 / (n + 1) * (close - e)`, begun with the mean of the
 *   first n closes (P. N. Haurlan 1968; as TA-Lib reckons it).
 * - `bb`: J. Bollinger's bands, the simple average and two deviations of the population above and
 *   below it ("Bollinger on Bollinger Bands", 2001).
 * - `dc`: R. Donchian's channel, highest high and lowest low; the platform's own `Channel`.
 * - `rsi`: J. W. Wilder's relative strength, `100 * gain / (gain + loss)` of averages begun with the
 *   mean of n changes and continued by `(a * (n - 1) + change) / n` ("New Concepts in Technical
 *   Trading Systems", 1978); 50 where nothing ever changed.
 *
 * They draw and decide nothing, so they are floats.
 */

import { Average, Channel } from "../../../../../shared/sdk/mod.ts";
import type { Candle } from "./candle.ts";

export const studyKinds = ["sma", "ema", "bb", "dc", "rsi"] as const;
export type StudyKind = (typeof studyKinds)[number];

export interface Study {
  readonly kind: StudyKind;
  /** Bars looked back over. */
  readonly length: number;
}

export const studyNames: Readonly<Record<StudyKind, string>> = {
  sma: "Average",
  ema: "Exponential average",
  bb: "Bollinger bands",
  dc: "Donchian channel",
  rsi: "Relative strength",
};
export const usualLength: Readonly<Record<StudyKind, number>> = {
  sma: 20,
  ema: 20,
  bb: 20,
  dc: 20,
  rsi: 14,
};
/** Whether it is drawn below the candles, on a scale of its own. */
export const isBelow = ({ kind }: Study): boolean => kind === "rsi";

export const studiesMax = 4;
export const lengthMin = 2;
export const lengthMax = 500;
const pattern = /^(sma|ema|bb|dc|rsi)(\d{1,3})$/;

/** `sma20`; `null` for what is no study. */
export function readStudy(text: string): Study | null {
  const match = pattern.exec(text);
  const length = Number(match?.[2]);
  if (match === null || length < lengthMin || length > lengthMax) return null;
  return { kind: match[1] as StudyKind, length };
}

export const studyText = ({ kind, length }: Study): string => `${kind}${length}`;

/** Values of a study's lines at one bar; `null` while there are too few bars. */
export type StudyValues = readonly number[] | null;

/** A study in progress: bars go in one by one, oldest first. */
interface StudyRun {
  add(bar: Candle): StudyValues;
  /** What `add` would answer, with nothing changed: for the bar that is still growing. */
  peek(bar: Candle): StudyValues;
}

export function runStudy(study: Study): StudyRun {
  const { kind, length } = study;
  if (kind === "ema") return new ExponentialRun(length);
  if (kind === "rsi") return new StrengthRun(length);
  return new WindowRun(length, kind === "dc" ? channelOf : averageOf(kind === "bb"));
}

type Begin = (length: number) => (bar: Candle) => StudyValues;

const averageOf = (hasBands: boolean): Begin => (length) => {
  const average = new Average(length);
  return ({ close }) => {
    const middle = average.add(close);
    if (!average.isFull) return null;
    const away = 2 * average.deviation;
    return hasBands ? [middle, middle + away, middle - away] : [middle];
  };
};

const channelOf: Begin = (length) => {
  const channel = new Channel(length);
  return ({ high, low }) => {
    channel.add(high, low);
    return channel.isFull ? [channel.high, channel.low] : null;
  };
};

/** Studies of the newest bars alone. */
class WindowRun implements StudyRun {
  readonly #length: number;
  readonly #begin: Begin;
  readonly #run: (bar: Candle) => StudyValues;
  /** All but one of those looked back over. */
  #recent: Candle[] = [];

  constructor(length: number, begin: Begin) {
    this.#length = length;
    this.#begin = begin;
    this.#run = begin(length);
  }

  add(bar: Candle): StudyValues {
    this.#recent.push(bar);
    if (this.#recent.length >= this.#length) this.#recent.shift();
    return this.#run(bar);
  }

  peek(bar: Candle): StudyValues {
    const run = this.#begin(this.#length);
    for (const one of this.#recent) run(one);
    return run(bar);
  }
}

class ExponentialRun implements StudyRun {
  readonly #length: number;
  #count = 0;
  /** Of the closes so far, until there are enough for their mean. */
  #sum = 0;
  #value = 0;

  constructor(length: number) {
    this.#length = length;
  }

  peek({ close }: Candle): StudyValues {
    if (this.#count + 1 < this.#length) return null;
    if (this.#count + 1 === this.#length) return [(this.#sum + close) / this.#length];
    return [this.#value + 2 / (this.#length + 1) * (close - this.#value)];
  }

  add(bar: Candle): StudyValues {
    const values = this.peek(bar);
    this.#count += 1;
    this.#sum += bar.close;
    if (values !== null) this.#value = values[0]!;
    return values;
  }
}

interface Strength {
  readonly gain: number;
  readonly loss: number;
}

class StrengthRun implements StudyRun {
  readonly #length: number;
  #changes = 0;
  #before: number | null = null;
  /** Sums until there are enough changes, averages from then on. */
  #strength: Strength = { gain: 0, loss: 0 };

  constructor(length: number) {
    this.#length = length;
  }

  peek({ close }: Candle): StudyValues {
    if (this.#before === null || this.#changes + 1 < this.#length) return null;
    const { gain, loss } = this.#next(close);
    return [gain + loss === 0 ? 50 : 100 * gain / (gain + loss)];
  }

  add(bar: Candle): StudyValues {
    const values = this.peek(bar);
    if (this.#before !== null) {
      this.#strength = this.#next(bar.close);
      this.#changes += 1;
    }
    this.#before = bar.close;
    return values;
  }

  #next(close: number): Strength {
    const change = close - (this.#before ?? close);
    const [up, down] = [Math.max(change, 0), Math.max(-change, 0)];
    const { gain, loss } = this.#strength;
    const count = this.#changes + 1;
    const [kept, share] = count < this.#length
      ? [1, 1]
      : count === this.#length
      ? [1 / this.#length, 1 / this.#length]
      : [(this.#length - 1) / this.#length, 1 / this.#length];
    return { gain: gain * kept + up * share, loss: loss * kept + down * share };
  }
}
