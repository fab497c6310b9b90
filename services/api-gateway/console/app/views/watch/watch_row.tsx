/** One instrument of the price list. Its cells are painted by the list's `RowPainter`. */

import { useEffect, useRef } from "preact/hooks";
import type { Instrument } from "../../../../../../shared/sdk/mod.ts";
import { useApp } from "../../core/app.ts";
import type { RowPainter } from "./row_painter.ts";

export function WatchRow({ instrument, painter }: { instrument: Instrument; painter: RowPainter }) {
  const { router, ticket } = useApp();
  const { symbol } = instrument;
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => painter.add(instrument, row.current!), [instrument, painter]);
  const trade = (side: "buy" | "sell") => {
    router.go({ symbol, panel: "ticket" });
    ticket.change({ side });
  };
  return (
    <tr
      ref={row}
      data-symbol={symbol}
      aria-current={router.route.value.symbol === symbol}
      onClick={() => router.go({ symbol })}
    >
      <td class="star">
        <Star symbol={symbol} />
      </td>
      <td class="symbol">
        {symbol.slice(0, 3)}
        <i>{symbol.slice(3)}</i>
      </td>
      <td class="num bid">
        <Price label={`Sell ${symbol}`} onClick={() => trade("sell")} />
      </td>
      <td class="num ask">
        <Price label={`Buy ${symbol}`} onClick={() => trade("buy")} />
      </td>
      <td class="num dim spread" />
      <td class="num change wide-only" />
      <td>
        <span class="st" />
      </td>
    </tr>
  );
}

function Star({ symbol }: { symbol: string }) {
  const { kept } = useApp();
  const { favourites } = kept.habits.value;
  const held = favourites.includes(symbol);
  return (
    <button
      type="button"
      class="plain"
      aria-pressed={held}
      aria-label={`Favourite ${symbol}`}
      onClick={(event) => {
        event.stopPropagation();
        const others = favourites.filter((one) => one !== symbol);
        kept.set({ favourites: held ? others : [...others, symbol] });
      }}
    >
      {held ? "★" : "☆"}
    </button>
  );
}

/** Reached by keyboard through the list itself: Enter opens the ticket. */
function Price({ label, onClick }: { label: string; onClick(): void }) {
  return (
    <button
      type="button"
      class="px-button"
      title={label}
      tabIndex={-1}
      onClick={(event) => {
        event.stopPropagation();
        onClick();
      }}
    >
      <span class="px">
        <span class="px-head">–</span>
        <span class="px-pips" />
        <span class="px-rest" />
      </span>
    </button>
  );
}
