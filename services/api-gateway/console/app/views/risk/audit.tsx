/** Who changed which rule, when and why; whether the chain of changes is whole. */

import type { RiskChange } from "../../../../../../shared/sdk/mod.ts";
import { useApp } from "../../core/app.ts";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { timeText } from "../../ui/times.ts";
import { usePoll } from "../../ui/use_poll.ts";

const everyMs = 5_000;

export function Audit() {
  const { client, kept } = useApp();
  const { zone } = kept.habits.value;
  const [audit] = usePoll(
    async () => {
      const [{ changes }, verdict] = await Promise.all([
        client.listRiskChanges({ limit: 1_000 }),
        client.verifyRiskChanges(),
      ]);
      return { changes: changes.toReversed(), verdict };
    },
    { everyMs },
  );
  const { value, failure } = audit.value;
  const columns: readonly Column<RiskChange>[] = [
    { name: "No", text: (one) => String(one.changeId), numeric: true },
    { name: "Time", text: (one) => one.at, show: (one) => timeText(one.at, zone) },
    { name: "Level", text: (one) => one.level },
    { name: "From", text: (one) => one.before.state.replaceAll("_", " ") },
    { name: "To", text: (one) => one.after.state.replaceAll("_", " ") },
    { name: "By", text: (one) => one.actor },
    { name: "Why", text: (one) => one.reason },
  ];
  return (
    <section class="card" aria-label="Audit">
      <header>
        <h2>Audit</h2>
        {value !== null && (
          <span class="st" data-status={value.verdict.brokenChangeId === null ? "live" : "stale"}>
            {value.verdict.brokenChangeId === null
              ? `whole: ${value.verdict.changes} changes`
              : `broken at ${value.verdict.brokenChangeId}`}
          </span>
        )}
      </header>
      {failure !== null && <p class="refusal" role="alert">{failure}</p>}
      <DataTable
        name="audit"
        columns={columns}
        rows={value?.changes ?? []}
        keyOf={(one) => String(one.changeId)}
        empty={<p>No rule was ever changed.</p>}
      />
    </section>
  );
}
