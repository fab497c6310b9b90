/** What a chart and its parts are given. */

import type { ChartSpec } from "../../core/route.ts";

export interface ChartPaneProps {
  readonly spec: ChartSpec;
  change(change: Partial<ChartSpec>): void;
  readonly add: (() => void) | null;
  readonly remove: (() => void) | null;
}
