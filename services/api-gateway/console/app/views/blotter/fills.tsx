/** What was traded, newest first. */

import type { Transaction } from "../../../../../../shared/sdk/mod.ts";
import { useApp } from "../../core/app.ts";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { moneyText, toneOf, unitsText } from "../../ui/numbers.ts";
import { timeText } from "../../ui/times.ts";

const isSold = ({ units = "" }: Transaction) => units.startsWith("-");

export function Fills() {
  const { account, kept } = useApp();
  const { zone } = kept.habits.value;
  const columns: readonly Column<Transaction>[] = [
    { name: "Time", text: (one) => one.time, show: (one) => timeText(one.time, zone) },
    { name: "Symbol", text: (one) => one.symbol ?? "" },
    {
      name: "Side",
      text: (one) => (isSold(one) ? "sell" : "buy"),
      show: (one) => <b class={isSold(one) ? "sell" : "buy"}>{isSold(one) ? "sell" : "buy"}</b>,
    },
    {
      name: "Units",
      text: (one) => one.units ?? "",
      show: (one) => unitsText(one.units ?? ""),
      numeric: true,
    },
    { name: "Price", text: (one) => one.price ?? "", numeric: true },
    {
      name: "Realised",
      text: (one) => one.paid ?? "0",
      show: (one) => <Amount of={one.paid ?? "0"} />,
      numeric: true,
    },
    {
      name: "Commission",
      text: (one) => one.commission ?? "0",
      show: (one) => moneyText(one.commission ?? "0"),
      numeric: true,
    },
    { name: "Order", text: (one) => one.orderId ?? "" },
  ];
  return (
    <DataTable
      name="fills"
      columns={columns}
      rows={account.transactions.value.filter((one) => one.type === "order_filled")}
      keyOf={(one) => String(one.transactionId)}
      empty={<p>Nothing has been traded yet.</p>}
    />
  );
}

export const Amount = ({ of }: { of: string }) => (
  <span class="pl" data-tone={toneOf(of)}>{moneyText(of, { plus: true })}</span>
);
