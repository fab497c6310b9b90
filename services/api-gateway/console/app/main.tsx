/** Puts the console together in a browser. */

import { render } from "preact";
import { App, AppProvider } from "./core/app.ts";
import type { Machine } from "./core/machine.ts";
import { Shell } from "./views/shell.tsx";

const machine: Machine = {
  now: () => Date.now(),
  newId: () => {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  },
  origin: location.origin,
  nextFrame: (run) => void requestAnimationFrame(run),
  reload: () => location.reload(),
  kept: localStorage,
};

const address = {
  search: () => location.search,
  push: (text: string) => history.pushState(null, "", text),
  replace: (text: string) => history.replaceState(null, "", text),
  onBack: (run: () => void) => addEventListener("popstate", run),
};

const app = new App(machine, address, (input, init) => fetch(input, init));
const demoAccount = document.querySelector<HTMLMetaElement>('meta[name="spotwire-demo"]')?.content;
const root = document.getElementById("app")!;
root.replaceChildren();
render(
  <AppProvider value={app}>
    <Shell demoAccount={demoAccount || null} />
  </AppProvider>,
  root,
);
app.start();
