/** Sell at the bid, buy at the ask: chooses the side, and in one-click mode sends a market order. */

import type { Side } from "../../../../../../shared/domain/orders/order.ts";
import { useApp } from "../../core/app.ts";
import { PriceCell } from "../../ui/price_cell.tsx";

export function SideButtons() {
  const { ticket } = useApp();
  const symbol = ticket.symbol.value;
  return (
    <div class="sides" role="group" aria-label="Side">
      <SideButton side="sell" symbol={symbol} />
      <SideButton side="buy" symbol={symbol} />
    </div>
  );
}

function SideButton({ side, symbol }: { side: Side; symbol: string }) {
  const { ticket, kept } = useApp();
  const { side: chosen, type } = ticket.form.value;
  const sends = kept.habits.value.oneClick && type === "market";
  return (
    <button
      type="button"
      class={`side ${side}`}
      data-side={side}
      aria-pressed={chosen === side}
      title={sends ? `${side} at the market now` : `Choose ${side}`}
      onClick={() => (sends ? ticket.submit(side) : ticket.change({ side }))}
    >
      <span>{side === "sell" ? "Sell" : "Buy"}</span>
      <PriceCell key={symbol} symbol={symbol} side={side === "sell" ? "bid" : "ask"} />
    </button>
  );
}
