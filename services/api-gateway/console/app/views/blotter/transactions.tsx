/** Everything that happened to the account, numbered, newest first. */

import type { Transaction } from "../../../../../../shared/sdk/mod.ts";
import { useApp } from "../../core/app.ts";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { moneyText, unitsText } from "../../ui/numbers.ts";
import { timeText } from "../../ui/times.ts";

export function Transactions() {
  const { account, kept } = useApp();
  const { zone } = kept.habits.value;
  const columns: readonly Column<Transaction>[] = [
    { name: "No", text: (one) => String(one.transactionId), numeric: true },
    { name: "Time", text: (one) => one.time, show: (one) => timeText(one.time, zone) },
    { name: "What", text: (one) => one.type.replaceAll("_", " ") },
    { name: "Symbol", text: (one) => one.symbol ?? "" },
    {
      name: "Units",
      text: (one) => one.units ?? "",
      show: (one) => unitsText(one.units ?? ""),
      numeric: true,
    },
    { name: "Price", text: (one) => one.price ?? one.triggerPrice ?? "", numeric: true },
    {
      name: "Amount",
      text: amountOf,
      show: (one) => {
        const amount = amountOf(one);
        return amount === "" ? "" : moneyText(amount, { plus: true });
      },
      numeric: true,
    },
    { name: "Order", text: (one) => one.orderId ?? "" },
    { name: "Why", text: (one) => one.text ?? one.reason?.replaceAll("_", " ") ?? "" },
  ];
  return (
    <DataTable
      name="transactions"
      columns={columns}
      rows={account.transactions.value}
      keyOf={(one) => String(one.transactionId)}
      empty={<p>The account has no transactions yet.</p>}
    />
  );
}

const amountOf = (one: Transaction): string => one.amount ?? one.paid ?? "";
