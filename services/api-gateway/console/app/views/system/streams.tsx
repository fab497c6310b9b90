/** The streams between the parts: who waits for whom, and what was given up. */

import type { System } from "../../../../../../shared/sdk/mod.ts";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { groupDigits } from "../../ui/numbers.ts";

type Stream = System["streams"][number];

const partName = (part: string): string => part.split("/").at(-1)!;
const names = (parts: readonly string[]): string => parts.map(partName).join(", ");

const columns: readonly Column<Stream>[] = [
  { name: "Stream", text: (one) => one.stream },
  {
    name: "Waiting",
    text: (one) => String(one.waiting),
    show: (one) => one.groups.length === 0 ? "–" : groupDigits(String(one.waiting)),
    numeric: true,
  },
  {
    name: "Given up",
    text: (one) => String(one.deadLetters),
    show: (one) => <span class={one.deadLetters > 0 ? "sell" : "dim"}>{one.deadLetters}</span>,
    numeric: true,
  },
  { name: "From", text: (one) => names(one.from) },
  { name: "To, once each", text: (one) => names(one.groups) || "–" },
  { name: "To everyone", text: (one) => names(one.everyone) || "–" },
  { name: "Why, the newest", text: (one) => one.lastReason ?? "" },
];

export const Streams = ({ streams }: { streams: System["streams"] }) => (
  <section class="card" aria-label="Streams">
    <h2>Streams</h2>
    <DataTable
      name="streams"
      columns={columns}
      rows={streams}
      keyOf={(one) =>
        one.stream}
      empty={<p>There are no streams.</p>}
    />
  </section>
);
