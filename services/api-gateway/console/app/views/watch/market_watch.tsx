/** All instruments, alive. Rows are rendered once; prices are painted into them. */

import { type ReadonlySignal, type Signal, useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Instrument } from "../../../../../../shared/sdk/mod.ts";
import { useApp } from "../../core/app.ts";
import { groupOf, watchGroups } from "../../market/instruments.ts";
import { RowPainter } from "./row_painter.ts";
import { WatchRow } from "./watch_row.tsx";

export function MarketWatch() {
  const { instruments, kept } = useApp();
  const words = useSignal("");
  const shown = useComputed(() => {
    const { watchGroup, favourites } = kept.habits.value;
    const wanted = words.value.trim().toUpperCase().replaceAll("/", "");
    return instruments.listed.value.filter((one) =>
      one.symbol.includes(wanted) && isIn(one, watchGroup, favourites)
    );
  });
  return (
    <>
      <WatchBar words={words} shown={shown} />
      <PriceList shown={shown} />
    </>
  );
}

type Shown = ReadonlySignal<readonly Instrument[]>;

function WatchBar({ words, shown }: { words: Signal<string>; shown: Shown }) {
  const { router, kept } = useApp();
  return (
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
  );
}

function PriceList({ shown }: { shown: Shown }) {
  const app = useApp();
  const body = useRef<HTMLTableSectionElement>(null);
  const painter = useRef<RowPainter | null>(null);
  painter.current ??= new RowPainter(app);
  useEffect(() => () => painter.current?.stop(), []);
  const step = (by: number) => {
    const symbols = shown.value.map((one) => one.symbol);
    const at = symbols.indexOf(app.router.route.value.symbol);
    const next = symbols[Math.max(0, Math.min(symbols.length - 1, at + by))];
    if (next === undefined) return;
    app.router.go({ symbol: next });
    const row = body.current?.querySelector<HTMLElement>(`[data-symbol="${next}"]`);
    row?.scrollIntoView({ block: "nearest" });
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Enter") app.router.go({ panel: "ticket" });
    else return;
    event.preventDefault();
  };
  return (
    <div
      class="scroll watch"
      tabIndex={0}
      role="region"
      aria-label="Price list; arrow keys choose"
      onKeyDown={keys}
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
      {shown.value.length === 0 && <NothingFound group={app.kept.habits.value.watchGroup} />}
    </div>
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
