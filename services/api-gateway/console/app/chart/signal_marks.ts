/** Signals as a chart marks and words them. */

import type { Direction, StudyName } from "../../../../../shared/domain/signals/signal.ts";
import type { Candle } from "./candle.ts";
import type { ChartSignal, SignalsByBar } from "./chart_signals.ts";

/** Beside an arrow: what the chart's own studies call what was looked at. */
const labels: Readonly<Record<StudyName, string>> = {
  averages_cross: "MA",
  range_break: "DC",
  rsi_turn: "RSI",
};

const words: Readonly<Record<StudyName, Readonly<Record<Direction, string>>>> = {
  averages_cross: {
    up: "averages cross up: MA of 20 bars above that of 50",
    down: "averages cross down: MA of 20 bars below that of 50",
  },
  range_break: {
    up: "range break up: close above the channel (DC) of 20 bars",
    down: "range break down: close below the channel (DC) of 20 bars",
  },
  rsi_turn: {
    up: "strength turns up: RSI back from below 30",
    down: "strength turns down: RSI back from above 70",
  },
};

/** What the signals of a bar mean. */
export const signalWords = (signals: readonly ChartSignal[]): string =>
  signals.map(({ study, direction }) => words[study][direction]).join("; ");

/** An arrow at a bar: the signals of one direction there. */
export interface SignalMark {
  readonly openTime: number;
  readonly direction: Direction;
  /** Empty where it would run into the next one's. */
  readonly text: string;
}

/** Pixels of a letter, and between labels. */
const letterPx = 6.5;
const marginPx = 6;

interface Placed extends SignalMark {
  /** Of the bar. */
  readonly at: number;
}

/** Arrows at the bars that are there, oldest first, where a bar takes so many pixels. */
export function marksOf(
  byBar: SignalsByBar,
  candles: readonly Candle[],
  barPx: number,
): SignalMark[] {
  const sides: Record<Direction, Placed[]> = { up: [], down: [] };
  candles.forEach(({ openTime }, at) => {
    const groups = Map.groupBy(byBar.get(openTime) ?? [], ({ direction }) => direction);
    for (const [direction, signals] of groups) {
      const text = signals.map(({ study }) => labels[study]).join(" ");
      sides[direction].push({ at, openTime, direction, text });
    }
  });
  return Object.values(sides).flatMap((marks) => {
    const hasRoom = (one: Placed, other: Placed | undefined) =>
      other === undefined ||
      Math.abs(one.at - other.at) * barPx >= (widthOf(one) + widthOf(other)) / 2;
    return marks.map((one, n) => {
      const { at: _, text, ...mark } = one;
      const isRead = hasRoom(one, marks[n - 1]) && hasRoom(one, marks[n + 1]);
      return { ...mark, text: isRead ? text : "" };
    });
  }).sort((a, b) => a.openTime - b.openTime);
}

const widthOf = ({ text }: SignalMark): number => text.length * letterPx + marginPx;
