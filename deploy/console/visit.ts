/** The console of a platform of its own, in a real browser, with something to see on it. */

import type { Browser, Page } from "playwright-core";
import { createSpotwire } from "../../shared/sdk/mod.ts";
import { launchChromium } from "../../shared/testing/browser.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { startPart } from "../../shared/testing/platform_process.ts";

/** Every view as its address has it, and what shows that it is there. */
export const views = [
  { name: "trade", search: "?view=trade&granularity=S5", there: ".chart-area[data-bars]" },
  { name: "charts", search: "?view=trade&panel=chart&beside=USDJPY.S5.bid", there: ".chart-area" },
  { name: "ticket", search: "?view=trade&panel=ticket", there: ".ticket" },
  { name: "orders", search: "?view=trade&panel=blotter&tab=orders", there: ".tab-panel" },
  { name: "fills", search: "?view=trade&panel=blotter&tab=fills", there: ".tab-panel tbody tr" },
  { name: "statement", search: "?view=trade&panel=blotter&tab=statement", there: ".totals" },
  { name: "risk", search: "?view=risk", there: ".trading-state" },
  { name: "data", search: "?view=data", there: ".page .card" },
  { name: "system", search: "?view=system", there: ".part" },
] as const;

export interface Visited {
  readonly url: string;
  readonly browser: Browser;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a platform with a position, a stop and a waiting order, and a browser beside it. */
export async function startVisit(seed: string): Promise<Visited> {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-visit-" });
  const port = freePort();
  const platform = await startPart({
    script: "deploy/profiles/all_in_one.ts",
    port,
    args: ["--port", String(port), "--data", folder, "--hours", "always", "--seed", seed],
  });
  const url = `http://localhost:${port}`;
  const browser = await launchChromium();
  await tradeALittle(url, (await Deno.readTextFile(`${folder}/demo.key`)).trim());
  return {
    url,
    browser,
    async [Symbol.asyncDispose]() {
      await browser.close();
      await platform.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function tradeALittle(url: string, key: string): Promise<void> {
  const api = createSpotwire({ url, key });
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
