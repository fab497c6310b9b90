/** The gates' sentences once more, row by row and in no hurry, for the fast check to agree with. */

import { fxDayOf } from "../../../../shared/domain/fx_week.ts";
import { epochMs } from "../../../../shared/domain/time.ts";
import type { TickColumns } from "../../../../shared/timeseries/columns.ts";
import type { CheckOptions } from "../check_columns.ts";
import { gateNames } from "../gates.ts";

interface Row {
  readonly at: number;
  readonly bid: number;
  readonly ask: number;
  readonly volume: number;
  readonly found: Set<string>;
}

const upperMedian = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** For a first day, whose rows have bid volumes and no ask volumes. */
export function naiveCheck(ticks: TickColumns, options: CheckOptions): string[] {
  const rows = Array.from({ length: ticks.length }, (_, n): Row => ({
    at: ticks.time[n]!,
    bid: ticks.bid[n]!,
    ask: ticks.ask[n]!,
    volume: ticks.bidVolume![n]!,
    found: new Set(),
  }));
  for (const row of rows) {
    if (row.ask < row.bid) row.found.add("crossed");
    if (row.ask === row.bid) row.found.add("locked");
  }
  const ordered = times(rows, options);
  runs(rows, ordered, options);
  spikes(rows, options);
  wholeDay(rows, options);
  return rows.map(({ found }) => gateNames.filter((name) => found.has(name)).join(" "));
}

/** Sets what times tell; answers the rows in order. */
function times(rows: readonly Row[], { gates, hours, period, now }: CheckOptions): Row[] {
  const { secondsAhead, yearMin } = gates.clock.thresholds as Record<string, number>;
  const ordered: Row[] = [];
  rows.forEach((row, n) => {
    const last = ordered.at(-1)?.at ?? -Infinity;
    const below = rows[n + 1]?.at;
    const ahead = row.at > now + secondsAhead! * 1_000 || row.at >= period.to;
    const old = new Date(row.at).getUTCFullYear() < yearMin!;
    const jumps = below !== undefined && row.at > below + secondsAhead! * 1_000 && below >= last;
    if (ahead || old || jumps) return void row.found.add("clock");
    if (row.at < last || row.at < period.from) return void row.found.add("out_of_order");
    const gapMs = gates.gap.thresholds["seconds"]! * 1_000;
    if (last !== -Infinity && row.at - last >= gapMs) {
      let open = 0;
      for (let at = last; at < row.at;) {
        const end = Math.min(row.at, (Math.floor(at / 1_000) + 1) * 1_000);
        if (hours.isOpen(epochMs(at))) open += end - at;
        at = end;
      }
      if (open >= gapMs) row.found.add("gap");
      const nearMs = gates.week_open.thresholds["minutes"]! * 60_000;
      if (row.at - last >= 86_400_000) {
        let opens = false;
        for (
          let at = Math.ceil((row.at - nearMs) / 1_000) * 1_000;
          at <= row.at + nearMs;
          at += 1_000
        ) {
          if (hours.isOpen(epochMs(at)) && !hours.isOpen(epochMs(at - 1))) opens = true;
        }
        if (!opens) row.found.add("week_open");
      }
    }
    ordered.push(row);
    if (hours.isOpen(epochMs(row.at))) return;
    row.found.add(fxDayOf(epochMs(row.at)).dayOfWeek > 5 ? "weekend" : "holiday");
  });
  return ordered;
}

function runs(rows: readonly Row[], ordered: readonly Row[], { gates }: CheckOptions): void {
  const staleMs = gates.stale.thresholds["seconds"]! * 1_000;
  const same = (row: Row, above: Row | undefined) =>
    above !== undefined && row.bid === above.bid && row.ask === above.ask;
  rows.forEach((row, n) => {
    const above = rows[n - 1];
    if (same(row, above) && row.at === above!.at && row.volume === above!.volume) {
      row.found.add("repeated");
    }
  });
  let since: number | null = null;
  let last = -Infinity;
  for (const row of ordered) {
    const moved = !same(row, rows[rows.indexOf(row) - 1]);
    if (since === null || moved || row.at - last >= staleMs) since = row.at;
    else if (row.at - since >= staleMs && !row.found.has("weekend") && !row.found.has("holiday")) {
      row.found.add("stale");
    }
    last = row.at;
  }
}

function spikes(rows: readonly Row[], { gates }: CheckOptions): void {
  const { deviations, percentMin } = gates.spike.thresholds as Record<string, number>;
  const blocks: Row[][] = [];
  const count = Math.max(1, Math.round(rows.length / 64));
  rows.forEach((row, n) => (blocks[Math.min(count - 1, Math.floor(n / 64))] ??= []).push(row));
  blocks.forEach((block, n) => {
    for (const row of block) {
      const far = [blocks[n - 1] ?? block, blocks[n + 1] ?? block].every((near) => {
        const sums = near.map(({ bid, ask }) => bid + ask);
        const median = upperMedian(sums);
        const deviation = upperMedian(sums.map((sum) => Math.abs(sum - median)));
        const distance = Math.abs(row.bid + row.ask - median);
        return distance > deviation * 1.4826 * deviations! &&
          distance > Math.abs(median) * percentMin! / 100;
      });
      if (far) row.found.add("spike");
    }
  });
}

function wholeDay(rows: readonly Row[], { gates, instrument, reference }: CheckOptions): void {
  if (rows.length === 0) return;
  const { times, pipsMin } = gates.spread.thresholds as Record<string, number>;
  const usual = upperMedian(rows.map(({ bid, ask }) => ask - bid));
  const coarse = rows.filter(({ bid, ask }) => bid % 10 === 0 && ask % 10 === 0).length;
  const median = upperMedian(rows.map(({ bid, ask }) => bid + ask)) / 2;
  const precision = gates.precision.thresholds["percent"]!;
  const pair = gates.another_pair.thresholds["percent"]!;
  for (const { bid, ask, found } of rows) {
    if (ask - bid > usual * times! && ask - bid > pipsMin! * instrument.pipPoints) {
      found.add("spread");
    }
    if (rows.length >= 100 && coarse * 100 / rows.length >= precision) found.add("precision");
    if (reference !== null && Math.abs(median / reference - 1) * 100 > pair) {
      found.add("another_pair");
    }
  }
}
