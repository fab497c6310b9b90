/**
 * Orders and positions as lines across the chart. An order's line is dragged, or moved by the arrow
 * keys, to where the order shall stand; letting go (or Enter) sends the change.
 */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Order, Position } from "../../../../../../shared/sdk/mod.ts";
import type { ChartBoard } from "../../chart/chart_board.ts";
import { liveProfit } from "../../account/live_profit.ts";
import { useApp } from "../../core/app.ts";
import { cancelOrder, replaceOrder } from "../../orders/order_actions.ts";
import { movablePrice, typeNames } from "../../orders/order_words.ts";
import { microsText } from "../../orders/ticket.ts";
import { useLiveText } from "../../ui/hooks.ts";
import { moneyText, toneOf, unitsText } from "../../ui/numbers.ts";

interface LinesProps {
  readonly symbol: string;
  readonly pricePrecision: number;
  readonly board: ChartBoard;
}

export function OrderLines({ symbol, pricePrecision, board }: LinesProps) {
  const { account } = useApp();
  const orders = account.orders.value.filter((one) =>
    one.symbol === symbol && movablePrice(one) !== null
  );
  const positions = account.positions.value.filter((one) => one.symbol === symbol);
  const levels = [
    ...orders.map((one) => movablePrice(one)!.at),
    ...positions.flatMap((one) => one.averagePrice ?? []),
  ];
  useEffect(() => board.levels(levels.map(Number)), [board, levels.join()]);
  return (
    <div class="lines">
      {positions.map((one) => <PositionLine key={one.leg} position={one} board={board} />)}
      {orders.map((one) => (
        <OrderLine
          key={`${one.orderId} ${movablePrice(one)?.at}`}
          order={one}
          board={board}
          pricePrecision={pricePrecision}
        />
      ))}
    </div>
  );
}

/** Keeps an element at a price, however the picture is scrolled, scaled or sized. */
function useAtPrice(board: ChartBoard, priceOf: () => number) {
  const ref = useRef<HTMLDivElement>(null);
  const read = useRef(priceOf);
  read.current = priceOf;
  useEffect(() => {
    let frame = 0;
    let shown = "";
    const place = () => {
      frame = requestAnimationFrame(place);
      const y = board.yOf(read.current());
      const inside = y !== null && y >= 0 && y <= board.height;
      const transform = inside ? `translateY(${Math.round(y)}px)` : "none";
      if (transform === shown || ref.current === null) return;
      shown = transform;
      ref.current.style.transform = transform;
      // Up to the price axis, whose labels stay readable.
      ref.current.style.width = `${board.width}px`;
      ref.current.hidden = !inside;
    };
    frame = requestAnimationFrame(place);
    return () => cancelAnimationFrame(frame);
  }, [board]);
  return ref;
}

function PositionLine({ position, board }: { position: Position; board: ChartBoard }) {
  const { account, quotes } = useApp();
  const ref = useAtPrice(board, () => Number(position.averagePrice ?? NaN));
  const profit = useLiveText<HTMLElement>(() => {
    const currency = account.account.value?.currency;
    const found = currency && liveProfit(position, currency, quotes);
    if (found === undefined || found === null) return { text: "–", tone: "flat" };
    const text = microsText(found);
    return { text: moneyText(text, { plus: true }), tone: toneOf(text) };
  });
  const short = position.units.startsWith("-");
  return (
    <div class="line position" ref={ref}>
      <span class={`tag ${short ? "sell" : "buy"}`}>
        {short ? "Short" : "Long"} {unitsText(position.units.replace("-", ""))}
        <b ref={profit} class="pl" />
      </span>
    </div>
  );
}

interface OrderLineProps {
  readonly order: Order;
  readonly board: ChartBoard;
  readonly pricePrecision: number;
}

/** A price that is being moved: shown where it is, sent when it is let go. */
function useMovedPrice(order: Order, pricePrecision: number) {
  const app = useApp();
  const { term, at: standing } = movablePrice(order)!;
  const moved = useSignal<string | null>(null);
  const sending = useSignal(false);
  const back = () => void (moved.value = null);
  return {
    at: () => moved.value ?? standing,
    sending,
    back,
    move(price: number) {
      if (price > 0) moved.value = price.toFixed(pricePrecision);
    },
    async send() {
      if (moved.value === null || moved.value === standing || sending.value) return;
      sending.value = true;
      const taken = await replaceOrder(app, order, { [term]: moved.value });
      sending.value = false;
      if (!taken) back();
    },
  };
}

function OrderLine({ order, board, pricePrecision }: OrderLineProps) {
  const app = useApp();
  const { at, sending, move, back, send } = useMovedPrice(order, pricePrecision);
  const ref = useAtPrice(board, () => Number(at()));
  const drag = (event: PointerEvent) => {
    const handle = event.currentTarget as HTMLElement;
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const top = ref.current!.parentElement!.getBoundingClientRect().top;
    const price = board.priceAt(event.clientY - top);
    if (price !== null) move(price);
  };
  const point = 10 ** -pricePrecision;
  const keys = (event: KeyboardEvent) => {
    const by = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (by !== 0) move(Number(at()) + by * point * (event.shiftKey ? 10 : 1));
    else if (event.key === "Enter") void send();
    else if (event.key === "Escape") back();
    else if (event.key === "Delete") void cancelOrder(app, order);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const name = `${order.side === "buy" ? "Buy" : "Sell"} ${typeNames[order.type].toLowerCase()}`;
  return (
    <div class={`line order ${order.side}`} ref={ref} data-order={order.orderId}>
      <button
        type="button"
        class={`tag ${order.side}`}
        title="Drag to change the price"
        aria-label={`${name} ${unitsText(order.units)} ${at()}; arrow keys move, Enter sends`}
        disabled={sending}
        onPointerDown={(event) => {
          event.preventDefault();
          event.currentTarget.focus();
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={drag}
        onPointerUp={() => void send()}
        onPointerCancel={back}
        onKeyDown={keys}
      >
        {name} {unitsText(order.units)} <b>{at()}</b>
      </button>
      <button
        type="button"
        class="tag cancel"
        aria-label={`Cancel ${order.orderId}`}
        onClick={() => void cancelOrder(app, order)}
      >
        ×
      </button>
    </div>
  );
}
