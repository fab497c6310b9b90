/** Open positions, their profit live; closed and reversed in place. */

import { useSignal } from "@preact/signals";
import type { Position } from "../../../../../../shared/sdk/mod.ts";
import { liveProfit } from "../../account/live_profit.ts";
import { useApp } from "../../core/app.ts";
import { closePosition, reversePosition } from "../../orders/order_actions.ts";
import { microsText } from "../../orders/ticket.ts";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { useLiveText } from "../../ui/hooks.ts";
import { moneyText, toneOf, unitsText } from "../../ui/numbers.ts";
import { PriceCell } from "../../ui/price_cell.tsx";

/** A hedging account has a long and a short leg of a symbol. */
const keyOf = ({ symbol, leg }: Position) => leg === "net" ? symbol : `${symbol} ${leg}`;
const isShort = ({ units }: Position) => units.startsWith("-");

export function Positions() {
  const { account, router } = useApp();
  const currency = account.account.value?.currency ?? "";
  const columns: readonly Column<Position>[] = [
    { name: "Symbol", text: (one) => one.symbol },
    {
      name: "Side",
      text: (one) => (isShort(one) ? "short" : "long"),
      show: (one) => <b class={isShort(one) ? "sell" : "buy"}>{isShort(one) ? "short" : "long"}</b>,
    },
    { name: "Units", text: (one) => one.units, show: (one) => unitsText(one.units), numeric: true },
    { name: "Average", text: (one) => one.averagePrice ?? "", numeric: true },
    {
      name: "Now",
      text: () => "",
      show: (one) => <PriceCell symbol={one.symbol} side={isShort(one) ? "ask" : "bid"} />,
      numeric: true,
    },
    {
      name: `P/L ${currency}`,
      text: (one) => one.unrealised ?? "",
      show: (one) => <Profit position={one} />,
      numeric: true,
    },
    { name: "", text: () => "", show: (one) => <Actions position={one} /> },
  ];
  return (
    <DataTable
      name="positions"
      columns={columns}
      rows={account.positions.value}
      keyOf={keyOf}
      onRow={({ symbol }) => router.go({ symbol })}
      empty={
        <p>
          No open positions. Choose an instrument, then press <kbd>b</kbd> to buy or <kbd>s</kbd>
          {" "}
          to sell.
        </p>
      }
    />
  );
}

function Profit({ position }: { position: Position }) {
  const { account, quotes } = useApp();
  const ref = useLiveText<HTMLSpanElement>(() => {
    const currency = account.account.value?.currency;
    const profit = currency && liveProfit(position, currency, quotes);
    if (profit === undefined || profit === null) return { text: "–", tone: "flat" };
    const text = microsText(profit);
    return { text: moneyText(text, { plus: true }), tone: toneOf(text) };
  });
  return <span ref={ref} class="pl" data-id={`pl-${keyOf(position)}`} />;
}

function Actions({ position }: { position: Position }) {
  const app = useApp();
  const busy = useSignal(false);
  const run = (work: () => Promise<boolean>) => async (event: Event) => {
    event.stopPropagation();
    busy.value = true;
    await work();
    busy.value = false;
  };
  return (
    <span class="row-actions">
      <button type="button" disabled={busy} onClick={run(() => closePosition(app, position))}>
        Close
      </button>
      {position.leg === "net" && (
        <button
          type="button"
          disabled={busy}
          onClick={run(() => reversePosition(app, position))}
        >
          Reverse
        </button>
      )}
    </span>
  );
}
