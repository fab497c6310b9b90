/** Every route of the platform: what the edge offers, what `/openapi.json` lists, what the SDK speaks. */

import { backtestRoutes } from "./backtests.ts";
import { importRoutes } from "./data_pipeline.ts";
import { qualityRoutes } from "./data_quality.ts";
import { fundsRoutes } from "./funds.ts";
import { edgeRoutes } from "./edge.ts";
import { marketDataRoutes } from "./market_data.ts";
import { referenceRoutes } from "./reference_series.ts";
import { listRefusalsRoute } from "./refusals.ts";
import { riskRoutes } from "./risk.ts";
import { getSystemRoute } from "./system.ts";
import { checkOrderRoute, tradingRoutes } from "./trading.ts";
import { transactionRoutes } from "./transactions.ts";

export const platformRoutes = [
  ...marketDataRoutes,
  checkOrderRoute,
  ...tradingRoutes,
  ...transactionRoutes,
  ...importRoutes,
  ...qualityRoutes,
  ...referenceRoutes,
  ...fundsRoutes,
  ...riskRoutes,
  ...backtestRoutes,
  listRefusalsRoute,
  getSystemRoute,
  ...edgeRoutes,
] as const;
