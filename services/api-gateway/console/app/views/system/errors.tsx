/** What went wrong lately. The log has the words and the stack of each, by its time and request. */

import type { System } from "../../../../../../shared/sdk/mod.ts";
import { useApp } from "../../core/app.ts";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { timeText } from "../../ui/times.ts";

type Failure = System["errors"][number] & { readonly at: number };

export function Errors({ errors }: { errors: System["errors"] }) {
  const { zone } = useApp().kept.habits.value;
  const columns: readonly Column<Failure>[] = [
    { name: "Time", text: (one) => one.time, show: (one) => timeText(one.time, zone) },
    { name: "Part", text: (one) => one.service },
    { name: "What", text: (one) => one.message },
    { name: "Kind", text: (one) => one.kind ?? "" },
    { name: "Request", text: (one) => one.requestId ?? "" },
  ];
  return (
    <section class="card" aria-label="Errors">
      <h2>Errors since the start</h2>
      <DataTable
        name="errors"
        columns={columns}
        rows={errors.map((one, at) => ({ ...one, at }))}
        keyOf={(one) => `${one.time} ${one.at}`}
        empty={<p>None since the start.</p>}
      />
    </section>
  );
}
