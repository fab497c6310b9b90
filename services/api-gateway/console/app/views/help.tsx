/** The help on `?`. */

import { useApp } from "../core/app.ts";
import { Dialog } from "../ui/dialog.tsx";
import { commands } from "../ui/keys.ts";

const elsewhere: readonly (readonly [string, string])[] = [
  ["↑ ↓ Enter f", "In the prices: choose an instrument, open its ticket, make it a favourite"],
  ["Enter", "In the ticket: send the order"],
  [
    "↑ ↓ Enter Esc",
    "On an order's line in the chart: move by a tenth of a pip (Shift: a pip), set, give up",
  ],
  ["← → + −", "In the chart: scroll and zoom"],
];

export function Help() {
  const app = useApp();
  const close = () => (app.helpShown.value = false);
  return (
    <Dialog title="Help" onClose={close} wide>
      <div class="help">
        <section>
          <h3>Keyboard</h3>
          <dl>
            {commands.map(({ keys, does }) => (
              <div key={does}>
                <dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt>
                <dd>{does}</dd>
              </div>
            ))}
            {elsewhere.map(([keys, does]) => (
              <div key={does}>
                <dt>{keys.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h3>What the words of a price mean</h3>
          <dl>
            <div>
              <dt class="st" data-status="live">live</dt>
              <dd>Fresh: up to five seconds old.</dd>
            </div>
            <div>
              <dt class="st" data-status="quiet">quiet</dt>
              <dd>The venue is there; the price has not moved.</dd>
            </div>
            <div>
              <dt class="st" data-status="stale">stale</dt>
              <dd>Too old to trade on. Orders are refused.</dd>
            </div>
            <div>
              <dt class="st" data-status="closed">closed</dt>
              <dd>The market is closed. Orders are refused.</dd>
            </div>
          </dl>
          <h3>More</h3>
          <p>
            The address of the page holds the whole screen: send it, and the other sees the same.
            {" "}
            <a href="/docs">API documentation</a>.
          </p>
          <p class="small">
            TradingView Lightweight Charts™. Copyright © 2025 TradingView, Inc.{" "}
            <a href="https://www.tradingview.com/" rel="noopener">www.tradingview.com</a>
          </p>
        </section>
      </div>
    </Dialog>
  );
}
