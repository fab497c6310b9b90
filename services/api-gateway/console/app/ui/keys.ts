/** The keyboard: one list for what listens and for what the help page tells. */

import { useEffect } from "preact/hooks";
import { type App, useApp } from "../core/app.ts";
import { viewNames } from "../core/route.ts";

interface KeyCommand {
  readonly keys: readonly string[];
  readonly does: string;
  run(app: App, key: string): void;
}

/** Of an element that may be shown by the same key: it comes with the next picture. */
export const focusSoon = (selector: string): void => {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus());
};

const trade = (app: App, side: "buy" | "sell") => {
  app.router.go({ view: "trade", panel: "ticket" });
  app.ticket.change({ side });
  focusSoon("#size");
};

export const commands: readonly KeyCommand[] = [
  {
    keys: ["b"],
    does: "Buy: the order ticket, at its size",
    run: (app) => trade(app, "buy"),
  },
  { keys: ["s"], does: "Sell", run: (app) => trade(app, "sell") },
  {
    keys: ["/"],
    does: "Search an instrument",
    run: (app) => {
      app.router.go({ view: "trade", panel: "watch" });
      focusSoon("#search");
    },
  },
  {
    keys: ["[", "]"],
    does: "The instrument before, the next",
    run: (app, key) => {
      const symbols = app.instruments.listed.value.map((one) => one.symbol);
      const at = symbols.indexOf(app.router.route.value.symbol);
      const next = symbols[at + (key === "[" ? -1 : 1)];
      if (next !== undefined) app.router.go({ symbol: next });
    },
  },
  {
    keys: ["1", "2", "3", "4", "5"],
    does: "Trade, risk, data, backtests, system",
    run: (app, key) => app.router.go({ view: viewNames[Number(key) - 1]!, item: null }),
  },
  {
    keys: ["?"],
    does: "This page",
    run: (app) => (app.helpShown.value = !app.helpShown.value),
  },
];

export function useKeys(): void {
  const app = useApp();
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector("dialog[open]") !== null && event.key !== "?") return;
      const command = commands.find(({ keys }) => keys.includes(event.key));
      if (command === undefined) return;
      event.preventDefault();
      command.run(app, event.key);
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, [app]);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));
