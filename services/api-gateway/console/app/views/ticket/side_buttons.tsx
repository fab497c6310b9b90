/** Sell at the bid, buy at the ask: chooses the side, and in one-click mode sends a market order. */

import type { Side } from "../../../../../../shared/domain/orders/order.ts";
import { useApp } from "../../core/app.ts";
import { useLiveText } from "../../ui/hooks.ts";
import { ageText } from "../../ui/numbers.ts";
import { PriceCell } from "../../ui/price_cell.tsx";

export function SideButtons() {
  const { ticket } = useApp();
  const symbol = ticket.symbol.value;
  return (
    <>
      <div class="sides" role="group" aria-label="Side">
        <SideButton side="sell" symbol={symbol} />
        <SideButton side="buy" symbol={symbol} />
      </div>
      <PriceState symbol={symbol} />
    </>
  );
}

/** Says so when these prices cannot be traded on. */
function PriceState({ symbol }: { symbol: string }) {
  const { feed, quotes, now } = useApp();
  const ref = useLiveText<HTMLParagraphElement>(() => {
    const quote = quotes.get(symbol);
    if (quote === undefined) return { text: "No price yet." };
    const status = feed.statusOf(quote);
    if (status === "closed") return { text: "The market is closed: orders are refused." };
    const age = ageText(now() - quote.receivedTime);
    return { text: status === "stale" ? `Prices are ${age} old: orders are refused.` : "" };
  });
  return <p class="price-state" ref={ref} />;
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
