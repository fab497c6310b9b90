/** Where a symbol's imported history has holes, as a calendar picture. */

import { useSignal } from "@preact/signals";
import type { DayQuality, Spotwire } from "../../../../../../shared/sdk/mod.ts";
import { useApp } from "../../core/app.ts";
import { isKeptByYear, yearGrids } from "../../data/day_grid.ts";
import { usePoll } from "../../ui/use_poll.ts";
import { PeriodDetail } from "./period_detail.tsx";
import { YearCalendar } from "./year_calendar.tsx";

const everyMs = 30_000;
/** Days read at most: thirty years of trading days. */
const pagesMax = 10;

export function GapCalendar() {
  const { client, router, instruments } = useApp();
  const { symbol } = router.route.value;
  /** `null` until one is chosen: whichever there is. */
  const chosenKind = useSignal<Kind | null>(null);
  const chosen = useSignal<string | null>(null);
  const [polled] = usePoll(() => readDays(client, symbol, chosenKind.value), {
    key: `${symbol} ${chosenKind.value}`,
    everyMs,
  });
  const { failure } = polled.value;
  const { kind = chosenKind.value ?? "ticks", days: value = null } = polled.value.value ?? {};
  const days = value?.filter((one) => !isKeptByYear(one)) ?? [];
  const years = value?.filter(isKeptByYear) ?? [];
  return (
    <section class="card" aria-label="Gaps in history">
      <header>
        <h2>Gaps in history</h2>
        <select
          aria-label="Instrument"
          value={symbol}
          onChange={(event) => router.go({ symbol: event.currentTarget.value })}
        >
          {instruments.listed.value.map((one) => <option key={one.symbol}>{one.symbol}</option>)}
        </select>
        <select
          aria-label="Ticks or bars"
          value={kind}
          onChange={(event) => (chosenKind.value = event.currentTarget.value as Kind)}
        >
          <option>ticks</option>
          <option>bars</option>
        </select>
      </header>
      {failure !== null && <p class="refusal" role="alert">{failure}</p>}
      {value !== null && value.length === 0 && (
        <p class="empty">
          No imported {chosenKind.value ?? "history"} of{" "}
          {symbol}. Import some above, or choose another instrument.
        </p>
      )}
      {days.length > 0 && (
        <>
          <Key />
          {yearGrids(days).map((grid) => (
            <YearCalendar
              key={grid.year}
              grid={grid}
              chosen={chosen.value}
              choose={(day) => (chosen.value = day)}
            />
          ))}
          <DayDetail day={chosen.value} days={days} />
        </>
      )}
      {years.length > 0 && <Years of={years} />}
    </section>
  );
}

type Kind = "ticks" | "bars";

/** Of a kind, or of ticks and, where there are none, of bars. */
async function readDays(client: Spotwire, symbol: string, chosen: Kind | null) {
  const kind = chosen ?? "ticks";
  const days = await daysOf(client, symbol, kind);
  if (chosen !== null || days.length > 0) return { kind, days };
  return { kind: "bars" as const, days: await daysOf(client, symbol, "bars") };
}

async function daysOf(client: Spotwire, symbol: string, kind: Kind): Promise<DayQuality[]> {
  const days: DayQuality[] = [];
  let after: string | null = null;
  for (let page = 0; page < pagesMax; page++) {
    const found = await client.listDayQuality(symbol, {
      kind,
      limit: 1_000,
      ...(after === null ? {} : { after }),
    });
    days.push(...found.days);
    after = found.next;
    if (after === null) break;
  }
  return days;
}

const key = [["whole", "whole"], ["small", "to 10 min"], ["some", "to an hour"], ["large", "more"]];

const Key = () => (
  <p class="calendar-key">
    Missing:
    {key.map(([name, words]) => (
      <span key={name}>
        <i class={`day ${name}`} /> {words}
      </span>
    ))}
  </p>
);

/** Every series that the day has: the picture shows the one with most rows. */
function DayDetail({ day, days }: { day: string | null; days: readonly DayQuality[] }) {
  const found = days.filter((one) => one.day === day);
  if (day === null || found.length === 0) {
    return <p class="dim">Press a day to see its gaps.</p>;
  }
  return (
    <div class="day-detail" role="status">
      <h3>{found[0]!.symbol}, {day}</h3>
      {found.map((one) => <PeriodDetail key={seriesKey(one)} of={one} />)}
    </div>
  );
}

/** Bars of an hour and longer are checked by the year, and have no days to show. */
const Years = ({ of }: { of: readonly DayQuality[] }) => (
  <div class="day-detail">
    <h3>Bars of an hour and longer, by the year</h3>
    {of.map((one) => (
      <details key={`${one.day} ${seriesKey(one)}`}>
        <summary>
          {one.day.slice(0, 4)}, {one.source} {one.side}:{" "}
          {one.gapsTotal === 1 ? "1 gap" : `${one.gapsTotal} gaps`}
        </summary>
        <PeriodDetail of={one} />
      </details>
    ))}
  </div>
);

const seriesKey = ({ source, side, intervalMs }: DayQuality) => `${source} ${side} ${intervalMs}`;
