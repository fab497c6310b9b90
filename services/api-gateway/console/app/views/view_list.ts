/** The views there are, in the order of the navigation. */

import type { FunctionComponent } from "preact";
import type { ViewName } from "../core/route.ts";
import { TradeView } from "./trade_view.tsx";

export const views: readonly { name: ViewName; title: string; view: FunctionComponent }[] = [
  { name: "trade", title: "Trade", view: TradeView },
];

export const viewOf = (name: ViewName): FunctionComponent =>
  (views.find((one) => one.name === name) ?? views[0]!).view;
