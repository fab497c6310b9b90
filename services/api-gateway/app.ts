/** The edge as an app: routes over dependencies; it opens nothing. */

import type { FetchApp } from "../../shared/runtime/serve_app.ts";
import { listRefusalsRoute, refusalCatalogue } from "../../shared/contracts/http/refusals.ts";
import { addRoute, createServiceApp } from "../../shared/runtime/service_app.ts";
import { addConsoleRoutes } from "./console/console_routes.ts";
import type { GatewayDeps } from "./deps.ts";
import { addDocRoutes, addLandingRoute } from "./docs/doc_routes.ts";
import { addFeedRoutes } from "./feed/feed_routes.ts";
import { createForward, createInternalTokens } from "./forward/forward.ts";
import { addForwardRoutes } from "./forward/forward_routes.ts";
import { addKeyRoutes } from "./keys/key_routes.ts";
import { limitBy } from "./limits/limit_requests.ts";
import { addOrderRoutes } from "./orders/order_routes.ts";
import { withQuickCheck } from "./orders/quick_check.ts";
import { addSessionRoutes } from "./sessions/session_routes.ts";
import { addSystemRoutes } from "./system/system_routes.ts";

export function createGatewayApp(deps: GatewayDeps): FetchApp {
  const app = createServiceApp({ ...deps, limit: limitBy(deps.limiter) });
  const { clock } = deps.market;
  const tokenOf = createInternalTokens(deps.tokens, deps.clock);
  const trading = createForward(deps.upstreams.trading, tokenOf, clock);
  const marketData = createForward(deps.upstreams.marketData, tokenOf, clock);
  const pipeline = createForward(deps.upstreams.pipeline, tokenOf, clock);
  addOrderRoutes(app, { market: deps.market, toTrading: trading });
  addForwardRoutes(app, { trading, marketData, pipeline });
  addKeyRoutes(app, deps);
  addRoute(app, listRefusalsRoute, (c) => c.json({ refusals: [...refusalCatalogue] }, 200));
  addSystemRoutes(app, deps);
  addFeedRoutes(app, deps);
  addDocRoutes(app);
  addSessionRoutes(app, deps);
  if (deps.console === null) addLandingRoute(app);
  else addConsoleRoutes(app, deps.console, deps.demo?.accountId);
  return withQuickCheck(app, deps);
}
