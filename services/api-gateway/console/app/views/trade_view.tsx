/** Prices, charts, the ticket and the account beside each other. */

import { useApp } from "../core/app.ts";
import { Blotter } from "./blotter/blotter.tsx";
import { Charts } from "./chart/charts.tsx";
import { MarketWatch } from "./watch/market_watch.tsx";
import { OrderTicket } from "./ticket/order_ticket.tsx";

export function TradeView() {
  const { router } = useApp();
  return (
    <div class="trade" data-panel={router.route.value.panel}>
      <section class="panel panel-watch" aria-label="Prices">
        <MarketWatch />
      </section>
      <section class="panel panel-chart" aria-label="Charts">
        <Charts />
      </section>
      <section class="panel panel-ticket" aria-label="Order ticket">
        <OrderTicket />
      </section>
      <section class="panel panel-blotter" aria-label="Account">
        <Blotter />
      </section>
    </div>
  );
}
