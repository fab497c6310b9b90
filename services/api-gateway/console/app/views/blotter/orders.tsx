/** Open orders; changed and canceled in place. */

import { useSignal } from "@preact/signals";
import type { Order } from "../../../../../../shared/sdk/mod.ts";
import { useApp } from "../../core/app.ts";
import { cancelOrder, replaceOrder } from "../../orders/order_actions.ts";
import { movablePrice, statusName, timeNames, typeNames } from "../../orders/order_words.ts";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { unitsText } from "../../ui/numbers.ts";
import { timeText } from "../../ui/times.ts";

export function Orders() {
  const app = useApp();
  const { account, router, kept } = app;
  const { zone } = kept.habits.value;
  const columns: readonly Column<Order>[] = [
    { name: "Order", text: (one) => one.orderId },
    { name: "Symbol", text: (one) => one.symbol },
    { name: "Side", text: (one) => one.side, show: (one) => <b class={one.side}>{one.side}</b> },
    { name: "Type", text: (one) => typeNames[one.type] },
    { name: "Units", text: (one) => one.units, show: (one) => unitsText(one.units), numeric: true },
    {
      name: "Filled",
      text: (one) => one.filledUnits,
      show: (one) => unitsText(one.filledUnits),
      numeric: true,
    },
    {
      name: "Price",
      text: (one) => movablePrice(one)?.at ?? one.trailingDistance ?? "",
      show: (one) => <PriceInput key={priceKey(one)} order={one} />,
      numeric: true,
    },
    { name: "Lives", text: (one) => timeNames[one.timeInForce] },
    {
      name: "Status",
      text: (one) => one.replacing ? "changing" : statusName(one.status),
      show: (one) => (
        <span class="order-status" data-status={one.status}>
          {one.replacing ? "changing" : statusName(one.status)}
        </span>
      ),
    },
    { name: "Created", text: (one) => timeText(one.createdAt, zone) },
    {
      name: "",
      text: () => "",
      show: (one) => (
        <span class="row-actions">
          <button
            type="button"
            aria-label={`Cancel ${one.orderId}`}
            onClick={(event) => {
              event.stopPropagation();
              void cancelOrder(app, one);
            }}
          >
            Cancel
          </button>
        </span>
      ),
    },
  ];
  return (
    <DataTable
      name="orders"
      columns={columns}
      rows={account.orders.value}
      keyOf={(one) => one.orderId}
      onRow={({ symbol }) => router.go({ symbol })}
      empty={<p>No orders are waiting. A limit or stop order stays here until it fills.</p>}
      actions={account.orders.value.length > 1 && <CancelAll />}
    />
  );
}

const priceKey = (order: Order): string => `${order.orderId} ${movablePrice(order)?.at}`;

/** The order's price as a field: Enter sends the new one, Escape takes it back. */
function PriceInput({ order }: { order: Order }) {
  const app = useApp();
  const movable = movablePrice(order);
  const text = useSignal(movable?.at ?? "");
  const wrong = useSignal(false);
  if (movable === null) return <>{order.trailingDistance ?? "market"}</>;
  const send = async () => {
    if (text.value === movable.at) return;
    wrong.value = !await replaceOrder(app, order, { [movable.term]: text.value });
  };
  return (
    <input
      class="in-place num"
      inputMode="decimal"
      aria-label={`Price of ${order.orderId}`}
      aria-invalid={wrong}
      value={text}
      onClick={(event) => event.stopPropagation()}
      onInput={(event) => (text.value = event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") void send();
        if (event.key === "Escape") {
          text.value = movable.at;
          wrong.value = false;
        }
      }}
    />
  );
}

function CancelAll() {
  const { account, client } = useApp();
  const cancel = async () => {
    const accountId = account.account.value?.accountId;
    if (accountId === undefined) return;
    await client.cancelOrders(accountId).catch(() => {});
  };
  return <button type="button" onClick={() => void cancel()}>Cancel all</button>;
}
