/** The `timeseries` schema as queries see it; blocks are read and written in SQL of their own. */

import type { ColumnType } from "kysely";

export const timeseriesSchema = "timeseries";

type Int8 = ColumnType<string, string | number, string | number>;

export interface TimeseriesDatabase {
  bars: {
    symbol: string;
    side: string;
    open_time: ColumnType<Date, string, string>;
    open: Int8;
    high: Int8;
    low: Int8;
    close: Int8;
    ticks: number;
  };
}
