/** The console of a platform of its own, in a real browser, with something to see on it. */

import type { Browser, Page } from "playwright-core";
import { tabNames } from "../../services/api-gateway/console/app/core/route.ts";
import { createSpotwire, type Spotwire } from "../../shared/sdk/mod.ts";
import { launchChromium } from "../../shared/testing/browser.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { startPart } from "../../shared/testing/platform_process.ts";
import { historyCsv } from "./visit_history.ts";

const trade = "?view=trade&symbol=EURUSD&granularity=S5";
const alone = "&studies=&signals=hidden&beside=";
const backtestId = "visit";

export interface View {
  readonly name: string;
  /** Its address. */
  readonly search: string;
  /** What shows that it is there. */
  readonly there: string;
  /** Where it is, beside what other views show too; left out: all of the page. */
  readonly part?: string;
  /** Opens it, on the address. */
  readonly key?: string;
}

/** Every view there is, with something on it. */
export const viewsOf = ({ importId }: Visited): readonly View[] => [
  { name: "watch", search: `${trade}&panel=watch${alone}`, there: ".chart-area[data-bars]" },
  {
    name: "chart",
    search: `${trade}&panel=chart&studies=bb20-rsi14&signals=shown&beside=USDJPY.S5.bid.ema20.live`,
    there: ".chart-area[data-bars]",
    part: ".panel-chart",
  },
  {
    name: "ticket",
    search: `${trade}&panel=ticket${alone}`,
    there: ".ticket",
    part: ".panel-ticket",
  },
  ...tabNames.map((tab) => ({
    name: tab,
    search: `${trade}&panel=blotter&tab=${tab}${alone}`,
    there: ".tab-panel tbody tr",
    part: ".panel-blotter",
  })),
  { name: "risk", search: "?view=risk", there: ".trading-state" },
  { name: "data", search: `?view=data&symbol=EURUSD&item=${importId}`, there: "button.day" },
  { name: "backtests", search: `?view=backtests&item=${backtestId}`, there: "[data-marks]" },
  { name: "system", search: "?view=system", there: ".part" },
  { name: "help", search: "?view=risk", there: "dialog", part: "dialog", key: "?" },
];

export interface Visited {
  readonly url: string;
  readonly browser: Browser;
  /** Of an import that is done. */
  readonly importId: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a platform with a position, a stop, a waiting order, imported history and a backtest, and a
 * browser beside it.
 */
export async function startVisit(seed: string): Promise<Visited> {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-visit-" });
  const port = freePort();
  const platform = await startPart({
    script: "deploy/profiles/all_in_one.ts",
    port,
    readyMsMax: 180_000,
    args: ["--port", String(port), "--data", folder, "--hours", "always", "--seed", seed],
  });
  const url = `http://localhost:${port}`;
  const browser = await launchChromium();
  const key = (await Deno.readTextFile(`${folder}/demo.key`)).trim();
  const api = createSpotwire({ url, key });
  const importId = await importALittle(api, `${folder}/import`);
  await Promise.all([tradeALittle(api), testALittle(api)]);
  return {
    ...{ url, browser, importId },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await platform.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function importALittle(api: Spotwire, folder: string): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/EURUSD.csv`, historyCsv("2026-03-02T00:00:00Z", 26));
  const { importId } = await api.createImport({ path: "EURUSD.csv", source: "visit" });
  await eventually(async () => (await api.getImport(importId)).state === "done", {
    timeoutMs: 60_000,
  });
  return importId;
}

async function testALittle(api: Spotwire): Promise<void> {
  await api.createBacktest({
    ...{ backtestId, strategy: "two-averages", symbols: ["EURUSD"], source: "visit" },
    parameters: { fast: 12, slow: 60, barSeconds: 600 },
  });
  await eventually(async () => (await api.getBacktest(backtestId)).state === "done", {
    timeoutMs: 60_000,
  });
}

async function tradeALittle(api: Spotwire): Promise<void> {
  const { bid } = await eventually(() => api.getQuote("EURUSD"));
  const below = (pips: number) => (Number(bid) - pips / 10_000).toFixed(5);
  const order = { symbol: "EURUSD", side: "buy", units: "30000" } as const;
  await api.placeOrder("demo", {
    ...order,
    clientOrderId: "visit-1",
    type: "market",
    stopLossOnFill: { price: below(6) },
  });
  await api.placeOrder("demo", {
    ...order,
    clientOrderId: "visit-2",
    type: "limit",
    price: below(10),
  });
  await eventually(async () => (await api.listPositions("demo")).positions.length === 1);
}

/** A page that is signed in. */
export async function signedIn(
  { browser, url }: Visited,
  look: { width: number; height: number; colorScheme: "dark" | "light" },
): Promise<Page> {
  const { width, height, colorScheme } = look;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(url);
  await page.getByRole("button", { name: "Open the demo account" }).click();
  await page.locator(".account [data-id=equity]").waitFor();
  return page;
}

/** Shows a view. */
export async function goTo(page: Page, { url }: Visited, view: View): Promise<void> {
  await page.goto(url + view.search);
  if (view.key !== undefined) {
    await page.locator("#view").waitFor();
    await page.keyboard.press(view.key);
  }
  await page.locator(view.there).first().waitFor({ state: "attached" });
}
