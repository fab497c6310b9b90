/** What every chart has of the console's look. */

import { type ChartOptions, type DeepPartial, TickMarkType } from "lightweight-charts";
import type { Zone } from "../core/kept.ts";
import { clockText, dayText, monthText } from "../ui/times.ts";
import type { Palette } from "./palette.ts";

export const chartColours = (colours: Palette): DeepPartial<ChartOptions> => ({
  layout: {
    background: { color: "transparent" },
    textColor: colours.dim,
    panes: { separatorColor: colours.line, separatorHoverColor: colours.line },
  },
  grid: { vertLines: { color: colours.grid }, horzLines: { color: colours.grid } },
  timeScale: { borderColor: colours.line },
  rightPriceScale: { borderColor: colours.line },
});

export function tickText(at: number, kind: TickMarkType, zone: Zone): string {
  switch (kind) {
    case TickMarkType.Year:
    case TickMarkType.Month:
      return monthText(at, zone);
    case TickMarkType.DayOfMonth:
      return dayText(at, zone);
    case TickMarkType.Time:
    case TickMarkType.TimeWithSeconds:
      return clockText(at, zone);
  }
}
