/** What components share of keeping the document in step with the prices. */

import { useEffect, useRef } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import type { RefObject } from "preact";
import { useApp } from "../core/app.ts";
import type { QuoteWatcher } from "../market/quote_store.ts";

/** Calls `paint` with each new quote of the symbol, at most once a frame. */
export function useQuote(symbol: string, paint: QuoteWatcher): void {
  const { quotes } = useApp();
  const held = useRef(paint);
  held.current = paint;
  useEffect(() => quotes.watch(symbol, (quote) => held.current(quote)), [quotes, symbol]);
}

/** Calls `paint` four times a second, with whatever signals it reads. */
export function useBeat(paint: () => void): void {
  const app = useApp();
  const held = useRef(paint);
  held.current = paint;
  useSignalEffect(() => {
    void app.beat.value;
    held.current();
  });
}

/** Writes a text only where it differs, into the node that is there: nothing is made or thrown away. */
export function write(node: Node | null | undefined, text: string): void {
  if (node === null || node === undefined) return;
  const only = node.firstChild;
  if (only instanceof Text && only.nextSibling === null) {
    if (only.data !== text) only.data = text;
  } else if (node.textContent !== text) node.textContent = text;
}

/** Sets `data-…` only where it differs. */
export function mark(element: HTMLElement | null, name: string, value: string): void {
  if (element !== null && element.dataset[name] !== value) element.dataset[name] = value;
}

/** An element whose text is written four times a second, and its tone with it. */
export function useLiveText<Type extends HTMLElement>(
  read: () => { readonly text: string; readonly tone?: string },
): RefObject<Type | null> {
  const ref = useRef<Type>(null);
  useBeat(() => {
    const { text, tone } = read();
    write(ref.current, text);
    if (tone !== undefined) mark(ref.current, "tone", tone);
  });
  useEffect(() => {
    const { text, tone } = read();
    write(ref.current, text);
    if (tone !== undefined) mark(ref.current, "tone", tone);
  });
  return ref;
}
