/** The views there are, in the order of the navigation. */

import type { FunctionComponent } from "preact";
import type { ViewName } from "../core/route.ts";
import { BacktestsView } from "./backtests/backtests_view.tsx";
import { DataView } from "./data/data_view.tsx";
import { RiskView } from "./risk/risk_view.tsx";
import { SystemView } from "./system/system_view.tsx";
import { TradeView } from "./trade_view.tsx";

export const views: readonly { name: ViewName; title: string; view: FunctionComponent }[] = [
  { name: "trade", title: "Trade", view: TradeView },
  { name: "risk", title: "Risk", view: RiskView },
  { name: "data", title: "Data", view: DataView },
  { name: "backtests", title: "Backtests", view: BacktestsView },
  { name: "system", title: "System", view: SystemView },
];

export const titleOf = (name: ViewName): string =>
  views.find((one) => one.name === name)?.title ?? "";

export const viewOf = (name: ViewName): FunctionComponent =>
  (views.find((one) => one.name === name) ?? views[0]!).view;
