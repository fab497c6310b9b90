/** A live price with its pips large. The digits are written straight into the document. */

import { useRef } from "preact/hooks";
import type { FeedQuote } from "../../../../../shared/sdk/mod.ts";
import { useApp } from "../core/app.ts";
import { splitPrice } from "../market/price_text.ts";
import { mark, useQuote, write } from "./hooks.ts";

export function PriceCell({ symbol, side }: { symbol: string; side: "bid" | "ask" }) {
  const { instruments } = useApp();
  const root = useRef<HTMLSpanElement>(null);
  const last = useRef("");
  const pipDecimals = instruments.pipDecimals(symbol);
  useQuote(symbol, (quote) => {
    paintPrice(root.current, quote[side], { pipDecimals, before: last.current });
    mark(root.current, "status", quote.status);
    last.current = quote[side];
  });
  return (
    <span class="px" ref={root}>
      <span class="px-head">–</span>
      <span class="px-pips" />
      <span class="px-rest" />
    </span>
  );
}

/** Writes the three parts, and which way the price went. */
export function paintPrice(
  root: HTMLElement | null,
  price: FeedQuote["bid"],
  { pipDecimals, before }: { pipDecimals: number; before: string },
): void {
  if (root === null || price === before) return;
  const { head, pips, rest } = splitPrice(price, pipDecimals);
  const [first, second, third] = root.children;
  write(first, head);
  write(second, pips);
  write(third, rest);
  if (before !== "") mark(root, "way", Number(price) > Number(before) ? "up" : "down");
}
