// Goal: someone who opens the printed URL can read and try the API, and the page talks to nobody
// else. Method: the whole platform, a real Chromium, a quote asked for through the page.

import { assert, assertEquals } from "@std/assert";
import type { Browser } from "playwright-core";
import { launchChromium, watchPage } from "../../shared/testing/browser.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { startPart } from "../../shared/testing/platform_process.ts";
import { realTest } from "../../shared/testing/real.ts";

realTest("the docs page works in Chromium, and asks nobody else", ["chromium"], async () => {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-docs-" });
  const port = freePort();
  await using platform = await startPart({
    script: "deploy/profiles/all_in_one.ts",
    port,
    args: ["--port", String(port), "--data", folder, "--hours", "always"],
  });
  const key = (await Deno.readTextFile(`${folder}/demo.key`)).trim();
  const browser = await launchChromium();
  try {
    await tryQuote(browser, platform.url, key);
  } finally {
    await browser.close();
  }
  assertEquals(await platform.stop(), 0, platform.output());
  await Deno.remove(folder, { recursive: true });
});

async function tryQuote(browser: Browser, url: string, key: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1_000 } });
  const troubles = watchPage(page, url);
  await page.goto(`${url}/docs`);
  const operations = page.locator(".opblock");
  await operations.first().waitFor();
  assert(await operations.count() >= 15, "few operations are listed");

  await page.locator(".btn.authorize").first().click();
  const dialog = page.locator(".dialog-ux");
  await dialog.locator('input[type="text"], input[type="password"]').first().fill(key);
  await dialog.locator("button.authorize").first().click();
  await dialog.locator("button.btn-done").first().click();

  const quote = page.locator("#operations-market_data-getQuote");
  await quote.locator(".opblock-summary-control").click();
  await quote.locator('input[placeholder="symbol"]').fill("EURUSD");
  await quote.locator(".execute").click();
  const answer = quote.locator(".live-responses-table .response-col_description pre").first();
  await answer.waitFor();
  assert((await answer.textContent())?.includes('"EURUSD"'), await answer.textContent() ?? "");
  assertEquals(troubles, []);
}
