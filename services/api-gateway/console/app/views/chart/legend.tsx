/** The bar under the crosshair, or the last one, in numbers. Written straight into the document. */

import { useRef } from "preact/hooks";
import type { Candle } from "../../chart/candles.ts";
import { write } from "../../ui/hooks.ts";

export interface LegendHandle {
  /** The bar under the crosshair; `null` gives the place back to the last one. */
  cross(candle: Candle | null): void;
  last(candle: Candle): void;
}

export function Legend(
  { pricePrecision, handle }: {
    pricePrecision: number;
    handle: { current: LegendHandle | null };
  },
) {
  const root = useRef<HTMLDListElement>(null);
  const crossed = useRef(false);
  const newest = useRef<Candle | null>(null);
  const paint = (candle: Candle) => {
    const cells = root.current?.querySelectorAll("dd");
    const prices = [candle.open, candle.high, candle.low, candle.close];
    prices.forEach((price, at) => write(cells?.[at], price.toFixed(pricePrecision)));
  };
  handle.current = {
    cross(candle) {
      crossed.current = candle !== null;
      const shown = candle ?? newest.current;
      if (shown !== null) paint(shown);
    },
    last(candle) {
      newest.current = candle;
      if (!crossed.current) paint(candle);
    },
  };
  return (
    <dl class="legend" ref={root} aria-hidden="true">
      {["O", "H", "L", "C"].map((name) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>–</dd>
        </div>
      ))}
    </dl>
  );
}
