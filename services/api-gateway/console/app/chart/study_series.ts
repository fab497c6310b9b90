/** A study's lines as the drawing library takes them. */

import {
  type IChartApi,
  type ISeriesApi,
  type LineData,
  LineSeries,
  type UTCTimestamp,
} from "lightweight-charts";
import type { Study } from "./studies.ts";
import { isBelow } from "./studies.ts";
import type { StudyPoint } from "./study_lines.ts";

const lineCounts = { sma: 1, ema: 1, bb: 3, dc: 2, rsi: 1 } as const;
/** Where relative strength is called strong and weak. */
const strengthLevels = [30, 70];

export function addStudy(chart: IChartApi, study: Study, color: string): ISeriesApi<"Line">[] {
  const below = isBelow(study);
  return Array.from({ length: lineCounts[study.kind] }, (_, at) => {
    const series = chart.addSeries(LineSeries, {
      ...{ color, lineWidth: 1, lineStyle: at === 0 || study.kind === "dc" ? 0 : 2 },
      ...{ priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false },
      ...(below ? strengthScale : {}),
    }, below ? 1 : 0);
    if (below) {
      for (const price of strengthLevels) {
        series.createPriceLine({
          price,
          color,
          lineWidth: 1,
          lineStyle: 3,
          axisLabelVisible: false,
        });
      }
      chart.panes()[1]?.setStretchFactor(0.3);
    }
    return series;
  });
}

const strengthScale = {
  priceFormat: { type: "price", precision: 0, minMove: 1 },
  autoscaleInfoProvider: () => ({ priceRange: { minValue: 0, maxValue: 100 } }),
} as const;

/** One line's data at a bar: none while there are too few bars. */
export const pointOf = ({ openTime, values }: StudyPoint, line: number): LineData<UTCTimestamp>[] =>
  values === null ? [] : [{ time: openTime / 1_000 as UTCTimestamp, value: values[line]! }];
