/** Every route of the platform: what the edge offers, what `/openapi.json` lists, what the SDK speaks. */

import { fundsRoutes } from "./funds.ts";
import { edgeRoutes } from "./edge.ts";
import { marketDataRoutes } from "./market_data.ts";
import { checkOrderRoute, tradingRoutes } from "./trading.ts";

export const platformRoutes = [
  ...marketDataRoutes,
  checkOrderRoute,
  ...tradingRoutes,
  ...fundsRoutes,
  ...edgeRoutes,
] as const;
