/** Requests by route, with those that failed on the platform's side. */

import type { RouteLoad } from "../../system/metrics_text.ts";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { groupDigits } from "../../ui/numbers.ts";

const columns: readonly Column<RouteLoad>[] = [
  { name: "Service", text: (one) => one.service },
  { name: "Route", text: (one) => `${one.method} ${one.route}` },
  {
    name: "Requests",
    text: (one) => String(one.requests),
    show: (one) => groupDigits(String(one.requests)),
    numeric: true,
  },
  { name: "Mean ms", text: (one) => one.meanMs.toFixed(1), numeric: true },
  {
    name: "Failed",
    text: (one) => String(one.failures),
    show: (one) => <span class={one.failures > 0 ? "sell" : "dim"}>{one.failures}</span>,
    numeric: true,
  },
];

export const Requests = ({ loads }: { loads: readonly RouteLoad[] }) => (
  <section class="card" aria-label="Requests">
    <h2>Requests since the start</h2>
    <DataTable
      name="requests"
      columns={columns}
      rows={loads}
      keyOf={(one) =>
        `${one.service} ${one.method} ${one.route}`}
      empty={<p>No requests yet.</p>}
    />
  </section>
);
