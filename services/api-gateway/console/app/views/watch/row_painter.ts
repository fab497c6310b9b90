/**
 * Paints prices into the rows of the price list: only rows on the screen, only cells that changed,
 * once a frame.
 */

import type { FeedQuote, Instrument } from "../../../../../../shared/sdk/mod.ts";
import type { App } from "../../core/app.ts";
import { changePercent, decimalsOf, spreadPips } from "../../market/price_text.ts";
import { mark, write } from "../../ui/hooks.ts";
import { ageText } from "../../ui/numbers.ts";
import { paintPrice } from "../../ui/price_cell.tsx";

interface RowCells {
  readonly row: HTMLElement;
  readonly bid: HTMLElement;
  readonly ask: HTMLElement;
  readonly spread: HTMLElement;
  readonly change: HTMLElement;
  readonly status: HTMLElement;
}

interface Row {
  readonly instrument: Instrument;
  readonly cells: RowCells;
  readonly pipDecimals: number;
  visible: boolean;
  bid: string;
  ask: string;
}

const ageMs = 1_000;

function cellsOf(row: HTMLElement): RowCells {
  const cell = (selector: string) => row.querySelector<HTMLElement>(selector)!;
  return {
    row,
    bid: cell(".bid .px"),
    ask: cell(".ask .px"),
    spread: cell(".spread"),
    change: cell(".change"),
    status: cell(".st"),
  };
}

export class RowPainter {
  readonly #app: App;
  readonly #rows = new Map<Element, Row>();
  readonly #watcher: IntersectionObserver;
  readonly #ages: ReturnType<typeof setInterval>;

  constructor(app: App) {
    this.#app = app;
    this.#watcher = new IntersectionObserver((entries) => this.#seen(entries));
    this.#ages = setInterval(() => this.#paintAges(), ageMs);
  }

  /** Keeps a row painted until the answer is called. */
  add(instrument: Instrument, element: HTMLElement): () => void {
    const cells = cellsOf(element);
    const pipDecimals = decimalsOf(instrument.pip);
    const row: Row = { instrument, cells, pipDecimals, visible: false, bid: "", ask: "" };
    this.#rows.set(cells.row, row);
    this.#watcher.observe(cells.row);
    const stop = this.#app.quotes.watch(instrument.symbol, (quote) => {
      if (row.visible) this.#paint(row, quote);
    });
    return () => {
      stop();
      this.#watcher.unobserve(cells.row);
      this.#rows.delete(cells.row);
    };
  }

  stop(): void {
    clearInterval(this.#ages);
    this.#watcher.disconnect();
  }

  #seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const row = this.#rows.get(target);
      if (row === undefined) continue;
      row.visible = isIntersecting;
      const quote = this.#app.quotes.get(row.instrument.symbol);
      if (isIntersecting && quote !== undefined) this.#paint(row, quote);
    }
  }

  #paint(row: Row, quote: FeedQuote): void {
    const { cells, pipDecimals, instrument } = row;
    const { bid, ask } = quote;
    if (bid !== row.bid || ask !== row.ask) {
      paintPrice(cells.bid, bid, { pipDecimals, before: row.bid });
      paintPrice(cells.ask, ask, { pipDecimals, before: row.ask });
      write(cells.spread, spreadPips(bid, ask, instrument.pip));
      row.bid = bid;
      row.ask = ask;
      this.#paintChange(row, quote);
    }
    this.#paintStatus(row, quote);
  }

  #paintChange({ cells }: Row, quote: FeedQuote): void {
    const open = this.#app.dayOpens.of(quote);
    const text = (open === null ? null : changePercent(open, quote)) ?? "";
    write(cells.change, text);
    mark(cells.change, "tone", text[0] === "+" ? "gain" : text[0] === "−" ? "loss" : "flat");
  }

  #paintStatus({ cells }: Row, quote: FeedQuote): void {
    const status = this.#app.feed.statusOf(quote);
    const { receivedTime } = quote;
    const old = status === "quiet" || status === "stale";
    const age = old ? ` ${ageText(this.#app.now() - receivedTime)}` : "";
    write(cells.status, status + age);
    mark(cells.row, "status", status);
  }

  #paintAges(): void {
    for (const row of this.#rows.values()) {
      const quote = row.visible ? this.#app.quotes.get(row.instrument.symbol) : undefined;
      if (quote === undefined) continue;
      this.#paintStatus(row, quote);
      this.#paintChange(row, quote);
    }
  }
}
