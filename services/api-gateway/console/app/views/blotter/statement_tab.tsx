/** What a period did to the cash. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Statement } from "../../../../../../shared/sdk/mod.ts";
import { useApp } from "../../core/app.ts";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { moneyText } from "../../ui/numbers.ts";
import { timeText } from "../../ui/times.ts";
import { usePoll } from "../../ui/use_poll.ts";
import { Amount } from "./fills.tsx";

type Movement = Statement["movements"][number];

const dayMs = 86_400_000;
const periods = [["1", "Day"], ["7", "Week"], ["31", "Month"], ["366", "Year"], [
  "",
  "All",
]] as const;

export function StatementTab() {
  const app = useApp();
  const { account, client, kept, machine } = app;
  const days = useSignal("31");
  const accountId = account.account.value?.accountId ?? null;
  const lastTransactionId = account.account.value?.lastTransactionId;
  const read = async (): Promise<Statement | null> => {
    if (accountId === null) return null;
    const from = new Date(machine.now() - Number(days.value) * dayMs).toISOString();
    return await client.getStatement(accountId, days.value === "" ? {} : { from });
  };
  const [polled, readNow] = usePoll(read, { key: `${accountId} ${days.value}` });
  useEffect(readNow, [lastTransactionId]);
  const { value: statement, failure } = polled.value;
  if (statement === null) {
    return failure === null
      ? <p class="empty" aria-busy="true">Reading…</p>
      : <p class="empty" role="alert">{failure}</p>;
  }
  const { zone } = kept.habits.value;
  const columns: readonly Column<Movement>[] = [
    { name: "Time", text: (one) => one.time, show: (one) => timeText(one.time, zone) },
    { name: "Kind", text: (one) => one.kind.replaceAll("_", " ") },
    { name: "Symbol", text: (one) => one.symbol ?? "" },
    {
      name: "Amount",
      text: (one) => one.amount,
      show: (one) => <Amount of={one.amount} />,
      numeric: true,
    },
    {
      name: "Balance",
      text: (one) => one.balance,
      show: (one) => moneyText(one.balance),
      numeric: true,
    },
    { name: "Reference", text: (one) => one.reference ?? "" },
  ];
  return (
    <>
      <Totals statement={statement} />
      <DataTable
        name="statement"
        columns={columns}
        rows={statement.movements}
        keyOf={(one) => String(one.transactionId) + one.kind}
        empty={<p>No cash moved in this period.</p>}
        actions={
          <select
            aria-label="Period"
            value={days}
            onChange={(event) => (days.value = event.currentTarget.value)}
          >
            {periods.map(([value, title]) => <option key={title} value={value}>{title}</option>)}
          </select>
        }
      />
    </>
  );
}

function Totals({ statement }: { statement: Statement }) {
  const kinds = Object.entries(statement.totals).filter(([, amount]) => Number(amount) !== 0);
  return (
    <dl class="totals">
      <div>
        <dt>Opening</dt>
        <dd>{moneyText(statement.openingBalance)}</dd>
      </div>
      {kinds.map(([kind, amount]) => (
        <div key={kind}>
          <dt>{kind.replaceAll("_", " ")}</dt>
          <dd>
            <Amount of={amount} />
          </dd>
        </div>
      ))}
      <div>
        <dt>Closing</dt>
        <dd>{moneyText(statement.closingBalance)} {statement.currency}</dd>
      </div>
    </dl>
  );
}
