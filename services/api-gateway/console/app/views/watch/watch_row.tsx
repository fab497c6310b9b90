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
      id={`price-${symbol}`}
      data-symbol={symbol}
      aria-selected={router.route.value.symbol === symbol}
      onClick={() => router.go({ symbol })}
    >
      <td class="star">
        <Star symbol={symbol} />
      </td>
      <th scope="row" class="symbol">
        {symbol.slice(0, 3)}
        <i>{symbol.slice(3)}</i>
      </th>
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
  const held = kept.habits.value.favourites.includes(symbol);
  return (
    <button
      type="button"
      class="plain"
      tabIndex={-1}
      aria-pressed={held}
      aria-label={`Favourite ${symbol}`}
      onClick={(event) => {
        event.stopPropagation();
        kept.turnFavourite(symbol);
      }}
    >
      {held ? "★" : "☆"}
    </button>
  );
}

/** By keyboard the list itself does what its buttons do. */
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
