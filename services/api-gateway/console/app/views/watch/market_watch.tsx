/** All instruments, alive. Rows are rendered once; prices are painted into them. */

import { type ReadonlySignal, type Signal, useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Instrument } from "../../../../../../shared/sdk/mod.ts";
import { useApp } from "../../core/app.ts";
import { groupOf, watchGroups } from "../../market/instruments.ts";
import { focusSoon } from "../../ui/keys.ts";
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
  const { symbol } = app.router.route.value;
  const isShown = shown.value.some((one) => one.symbol === symbol);
  const step = (by: number) => {
    const symbols = shown.value.map((one) => one.symbol);
    const at = symbols.indexOf(symbol);
    const next = symbols[Math.max(0, Math.min(symbols.length - 1, at + by))];
    if (next === undefined) return;
    app.router.go({ symbol: next });
    const row = body.current?.querySelector<HTMLElement>(`[data-symbol="${next}"]`);
    row?.scrollIntoView({ block: "nearest" });
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Home") step(-shown.value.length);
    else if (event.key === "End") step(shown.value.length);
    else if (event.key === "f") app.kept.turnFavourite(symbol);
    else if (event.key === "Enter") {
      app.router.go({ panel: "ticket" });
      focusSoon("#size");
    } else return;
    event.preventDefault();
  };
  return (
    <div class="scroll watch">
      <table
        class="rows"
        role="grid"
        tabIndex={0}
        aria-label="Prices; arrow keys choose, Enter opens the ticket, f turns a favourite"
        aria-activedescendant={isShown ? `price-${symbol}` : undefined}
        onKeyDown={keys}
      >
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">Favourite</span>
            </th>
            <th scope="col">Symbol</th>
            <th scope="col" class="num">Bid</th>
            <th scope="col" class="num">Ask</th>
            <th scope="col" class="num">Spread</th>
            <th scope="col" class="num wide-only" title="Since 17:00 New York">Day</th>
            <th scope="col">Status</th>
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
