/** A year of days as a picture, walked by the arrow keys: one stop of the tab key, not 365. */

import type { DayCell, YearGrid } from "../../data/day_grid.ts";
import { ageText, groupDigits } from "../../ui/numbers.ts";

interface YearProps {
  readonly grid: YearGrid;
  /** The day whose gaps are told. */
  readonly chosen: string | null;
  choose(day: string): void;
}

/** Days from a day to the one that a key leads to. */
const steps: Readonly<Record<string, number>> = {
  ArrowUp: -1,
  ArrowDown: 1,
  ArrowLeft: -7,
  ArrowRight: 7,
};

export function YearCalendar({ grid, chosen, choose }: YearProps) {
  const days = grid.weeks.flat().filter((cell): cell is DayCell => cell !== null);
  const told = days.filter((cell) => cell.wholeness !== "none");
  const reached = told.find((cell) => cell.day === chosen) ?? told[0];
  const keys = (event: KeyboardEvent) => {
    const from = days.findIndex((cell) =>
      cell.day === (event.target as HTMLElement).dataset["day"]
    );
    const step = steps[event.key];
    if (step === undefined || from < 0) return;
    event.preventDefault();
    // Past the days that have nothing.
    let at = from + step;
    while (days[at]?.wholeness === "none") at += step;
    const day = days[at]?.day;
    if (day === undefined) return;
    choose(day);
    (event.currentTarget as HTMLElement).querySelector<HTMLElement>(`[data-day="${day}"]`)?.focus();
  };
  return (
    <figure class="year">
      <figcaption>{grid.year}</figcaption>
      <div class="weeks" role="group" aria-label={`Days of ${grid.year}`} onKeyDown={keys}>
        {grid.weeks.map((week, at) => (
          <div class="week" key={at}>
            {week.map((cell, row) => (
              <Day key={row} cell={cell} isReached={cell === reached} {...{ chosen, choose }} />
            ))}
          </div>
        ))}
      </div>
    </figure>
  );
}

interface DayProps extends Pick<YearProps, "chosen" | "choose"> {
  readonly cell: DayCell | null;
  readonly isReached: boolean;
}

function Day({ cell, isReached, chosen, choose }: DayProps) {
  if (cell === null) return <span class="day outside" />;
  if (cell.wholeness === "none") return <span class="day none" title={`${cell.day}: nothing`} />;
  const words = cell.gapSeconds === 0 ? "no gaps" : `${ageText(cell.gapSeconds * 1_000)} missing`;
  return (
    <button
      type="button"
      class={`day ${cell.wholeness}`}
      data-day={cell.day}
      tabIndex={isReached ? 0 : -1}
      title={`${cell.day}: ${words}, ${groupDigits(String(cell.rows))} rows`}
      aria-label={`${cell.day}: ${words}`}
      aria-pressed={cell.day === chosen}
      onClick={() => choose(cell.day)}
    />
  );
}
