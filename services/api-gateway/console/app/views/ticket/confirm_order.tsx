/** The last look at an order, for those who want one. */

import type { PlaceOrder } from "../../../../../../shared/sdk/mod.ts";
import { useApp } from "../../core/app.ts";
import { timeNames, typeNames } from "../../orders/order_words.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { unitsText } from "../../ui/numbers.ts";
import { PriceCell } from "../../ui/price_cell.tsx";
import { Costs } from "./costs.tsx";

export function ConfirmOrder() {
  const { ticket } = useApp();
  const order = ticket.asking.value;
  if (order === null) return null;
  const close = () => (ticket.asking.value = null);
  return (
    <Dialog title="Send this order?" onClose={close}>
      <form
        method="dialog"
        class="confirm"
        onSubmit={(event) => {
          event.preventDefault();
          void ticket.send(order);
        }}
      >
        <p class="sentence">
          <b class={order.side}>{order.side === "buy" ? "Buy" : "Sell"}</b> {unitsText(order.units)}
          {" "}
          {order.symbol}
          <PriceCell symbol={order.symbol} side={order.side === "buy" ? "ask" : "bid"} />
        </p>
        <dl class="costs">
          {linesOf(order).map(([title, text]) => (
            <div key={title}>
              <dt>{title}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
        <Costs />
        <div class="buttons">
          <button type="button" onClick={close}>Back</button>
          <button type="submit" id="confirm" class={`send ${order.side}`} autofocus>
            {order.side === "buy" ? "Buy" : "Sell"} {order.symbol}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function linesOf(order: PlaceOrder): readonly (readonly [string, string])[] {
  const guaranteed = order.guaranteedStopLossOnFill;
  const lines: (readonly [string, string | undefined])[] = [
    ["Type", typeNames[order.type]],
    ["Lives", order.timeInForce && timeNames[order.timeInForce]],
    ["Trigger price", order.triggerPrice],
    ["Limit price", order.price],
    ["Trails by", order.trailingDistance],
    ["Worst price", order.priceBound],
    ["Take profit", order.takeProfitOnFill?.price],
    ["Stop loss", order.stopLossOnFill?.price ?? order.stopLossOnFill?.distance],
    ["Guaranteed stop", guaranteed?.price ?? guaranteed?.distance],
    ["Trailing stop", order.trailingStopLossOnFill?.distance],
  ];
  return lines.flatMap(([title, text]) => text === undefined ? [] : [[title, text] as const]);
}
