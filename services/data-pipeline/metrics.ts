/** What the pipeline counts: rows by what became of them, gates met, loads by how they ended. */

import type { Metrics } from "../../shared/runtime/metrics.ts";
import type { ImportStore } from "./imports/import_store.ts";
import type { RunnerDeps } from "./load/runner.ts";

export function pipelineMetrics(
  metrics: Metrics,
  imports: ImportStore,
): Pick<RunnerDeps, "onDay" | "onLoose" | "onEnd"> {
  const rows = metrics.counter(
    "spotwire_pipeline_rows_total",
    "Rows of history by what became of them",
    ["source", "kind", "outcome"],
  );
  const met = metrics.counter(
    "spotwire_pipeline_gate_rows_total",
    "Rows that met a quality gate",
    ["source", "gate"],
  );
  const days = metrics.counter(
    "spotwire_pipeline_days_total",
    "Days of history that were stored",
    ["source", "kind"],
  );
  const ended = metrics.counter(
    "spotwire_pipeline_imports_total",
    "Imports by how they ended",
    ["state"],
  );
  const spread = metrics.gauge(
    "spotwire_pipeline_spread_pips",
    "Median spread of the last day that was stored",
    ["symbol", "source"],
  );
  metrics.gauge("spotwire_pipeline_imports", "Imports now, by state", {
    labels: ["state"] as const,
    async collect() {
      const counts = await imports.counts();
      // A state that no import is in any more has no row.
      this.reset();
      for (const [state, count] of counts) this.set({ state }, count);
    },
  });
  return {
    onDay({ source, kind, symbol }, quality) {
      rows.inc({ source, kind, outcome: "stored" }, quality.rowsStored - quality.rowsFlagged);
      rows.inc({ source, kind, outcome: "flagged" }, quality.rowsFlagged);
      rows.inc({ source, kind, outcome: "quarantined" }, quality.rowsQuarantined);
      for (const [gate, count] of Object.entries(quality.gates)) met.inc({ source, gate }, count);
      days.inc({ source, kind });
      if (quality.spreadMedian !== null) spread.set({ symbol, source }, quality.spreadMedian);
    },
    onLoose(source, loose) {
      for (const { kind } of loose) rows.inc({ source, kind, outcome: "quarantined" });
    },
    onEnd: (state) => ended.inc({ state }),
  };
}
