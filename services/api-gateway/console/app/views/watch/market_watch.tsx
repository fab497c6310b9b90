/** All instruments, alive. Rows are rendered once; prices are painted into them. */

import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Instrument } from "../../../../../../shared/sdk/mod.ts";
import { useConsole } from "../../core/console.ts";
import { groupOf, watchGroups } from "../../market/instruments.ts";
import { RowPainter } from "./row_painter.ts";
import { WatchRow } from "./watch_row.tsx";

export function MarketWatch() {
  const console = useConsole();
  const { instruments, kept, router } = console;
  const words = useSignal("");
  const body = useRef<HTMLTableSectionElement>(null);
  const painter = useRef<RowPainter | null>(null);
  painter.current ??= new RowPainter(console);
  useEffect(() => () => painter.current?.stop(), []);
  const shown = useComputed(() => {
    const { watchGroup, favourites } = kept.habits.value;
    const wanted = words.value.trim().toUpperCase().replaceAll("/", "");
    return instruments.listed.value.filter((one) =>
      one.symbol.includes(wanted) && isIn(one, watchGroup, favourites)
    );
  });
  const step = (by: number) => {
    const symbols = shown.value.map((one) => one.symbol);
    const at = symbols.indexOf(router.route.value.symbol);
    const next = symbols[Math.max(0, Math.min(symbols.length - 1, at + by))];
    if (next === undefined) return;
    router.go({ symbol: next });
    body.current?.querySelector<HTMLElement>(`[data-symbol="${next}"]`)?.scrollIntoView({
      block: "nearest",
    });
  };
  return (
    <>
      <div class="data-bar">
        <input
          id="search"
          type="search"
          placeholder="Search"
          aria-label="Search instruments"
          value={words}
          onInput={(event) => (words.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            const first = shown.value[0];
            if (event.key === "Enter" && first) router.go({ symbol: first.symbol, panel: "chart" });
            if (event.key === "Escape") words.value = "";
          }}
        />
        <select
          aria-label="Group"
          value={kept.habits.value.watchGroup}
          onChange={(event) => kept.set({ watchGroup: event.currentTarget.value })}
        >
          {watchGroups.map((name) => <option key={name} value={name}>{name}</option>)}
        </select>
      </div>
      <div
        class="scroll watch"
        tabIndex={0}
        role="region"
        aria-label="Price list; arrow keys choose"
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            step(event.key === "ArrowDown" ? 1 : -1);
          } else if (event.key === "Enter") router.go({ panel: "ticket" });
        }}
      >
        <table class="rows">
          <thead>
            <tr>
              <th>
                <span class="unseen">Favourite</span>
              </th>
              <th>Symbol</th>
              <th class="num">Bid</th>
              <th class="num">Ask</th>
              <th class="num">Spread</th>
              <th class="num wide-only">Day</th>
              <th>Status</th>
            </tr>
          </thead>
          <tbody ref={body}>
            {shown.value.map((one) => (
              <WatchRow key={one.symbol} instrument={one} painter={painter.current!} />
            ))}
          </tbody>
        </table>
        {shown.value.length === 0 && <NothingFound group={kept.habits.value.watchGroup} />}
      </div>
    </>
  );
}

function isIn(one: Instrument, group: string, favourites: readonly string[]): boolean {
  if (group === "favourites") return favourites.includes(one.symbol);
  return group === "all" || groupOf(one) === group;
}

const NothingFound = ({ group }: { group: string }) => (
  <p class="empty">
    {group === "favourites"
      ? "No favourites yet: press the star beside an instrument."
      : "No instrument has these letters in this group."}
  </p>
);
