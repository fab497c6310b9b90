/**
 * The bar under the crosshair, or the last one, in numbers, and what is marked at it in words.
 * Written straight into the document.
 */

import { useRef } from "preact/hooks";
import type { Candle } from "../../chart/candle.ts";
import type { ChartBoard } from "../../chart/chart_board.ts";
import { signalWords } from "../../chart/signal_marks.ts";
import { isBelow, type Study, studyText } from "../../chart/studies.ts";
import { write } from "../../ui/hooks.ts";

export interface LegendHandle {
  /** The bar under the crosshair; `null` gives the place back to the last one. */
  cross(candle: Candle | null): void;
  last(candle: Candle): void;
  /** Something else is drawn at the bar. */
  again(): void;
}

interface LegendProps {
  readonly pricePrecision: number;
  readonly studies: readonly Study[];
  readonly board: ChartBoard | null;
  readonly handle: { current: LegendHandle | null };
}

export function Legend({ pricePrecision, studies, board, handle }: LegendProps) {
  const bar = useRef<HTMLDListElement>(null);
  const lines = useRef<HTMLDListElement>(null);
  const signals = useRef<HTMLParagraphElement>(null);
  const crossed = useRef<Candle | null>(null);
  const newest = useRef<Candle | null>(null);
  const paint = () => {
    const candle = crossed.current ?? newest.current;
    if (candle === null) return;
    const prices = [candle.open, candle.high, candle.low, candle.close];
    writeAll(bar.current, prices.map((price) => price.toFixed(pricePrecision)));
    const values = board?.studyValuesAt(candle) ?? [];
    const texts = studies.map((study, at) =>
      values[at]?.map((one) => one.toFixed(isBelow(study) ? 1 : pricePrecision)).join(" ") ?? "–"
    );
    writeAll(lines.current, texts);
    write(signals.current, signalWords(board?.signalsAt(candle) ?? []));
  };
  handle.current = {
    cross(candle) {
      crossed.current = candle;
      paint();
    },
    last(candle) {
      newest.current = candle;
      if (crossed.current === null) paint();
    },
    again: paint,
  };
  return (
    <div class="legend" aria-hidden="true">
      <dl ref={bar}>
        {["O", "H", "L", "C"].map((name) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>–</dd>
          </div>
        ))}
      </dl>
      {studies.length > 0 && (
        <dl ref={lines}>
          {studies.map((study, at) => (
            <div key={`${at} ${studyText(study)}`}>
              <dt class={`study-${at + 1}`}>{study.kind.toUpperCase()} {study.length}</dt>
              <dd>–</dd>
            </div>
          ))}
        </dl>
      )}
      <p class="signals" ref={signals} />
    </div>
  );
}

function writeAll(list: HTMLElement | null, texts: readonly string[]): void {
  const cells = list?.querySelectorAll("dd");
  texts.forEach((text, at) => write(cells?.[at], text));
}
