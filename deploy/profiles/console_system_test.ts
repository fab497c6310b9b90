// Goal: what the console promises the person who trades, in a real browser against the whole
// platform. Method: one visit from sign-in to a lost and found server; every number on the screen is
// compared with what the API says.

import { assert, assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { rejectReasons, rejects } from "../../shared/domain/orders/rejects.ts";
import { createSpotwire, type Spotwire } from "../../shared/sdk/mod.ts";
import { launchChromium, watchPage } from "../../shared/testing/browser.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { type PartProcess, startPart } from "../../shared/testing/platform_process.ts";
import { realTest } from "../../shared/testing/real.ts";

realTest("the console trades in Chromium what the API says", ["chromium"], async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-console-" });
  const port = freePort();
  const start = () =>
    startPart({
      script: "deploy/profiles/all_in_one.ts",
      port,
      args: ["--port", String(port), "--data", folder, "--hours", "always", "--seed", "console"],
    });
  let platform = await start();
  const browser = await launchChromium();
  try {
    const visit = await open(browser, platform, folder);
    await t.step("signs the demo account in by one click", () => signIn(visit));
    await t.step("shows prices that move, and a chart of them", () => watch(visit));
    await t.step("places, changes and cancels a limit order", () => limitOrder(visit));
    await t.step("fills a market order and shows what it did", () => marketOrder(visit));
    await t.step("changes a stop by dragging its line", () => dragStop(visit));
    await t.step("explains every refusal at its field", () => refusals(visit));
    await t.step("closes a position in place", () => closeInPlace(visit));
    await t.step("stops the account by the kill switch, and lets it go", () => killSwitch(visit));
    await t.step("draws a study, and does again by its address", () => study(visit));
    await t.step("runs a backtest and shows what it found", () => backtest(visit));
    await t.step("tells an operator of streams, parts and errors", () => system(visit));
    await t.step("finds everything again after a reload", () => reload(visit));
    await t.step("keeps the screen when the session ends", () => sessionEnds(visit));
    await t.step("signs out, and knows nobody after it", () => signOut(visit));
    await t.step("says that the server is gone, and goes on when it is back", async () => {
      await platform.kill();
      await visit.page.getByText("Connection lost").waitFor();
      platform = await start();
      await visit.page.getByText("Connection lost").waitFor({ state: "detached" });
      await priceMoves(visit.page);
    });
    assertEquals(visit.troubles.filter((one) => !/ERR_CONNECTION|WebSocket|422|401/.test(one)), []);
  } finally {
    await browser.close();
  }
  assertEquals(await platform.stop(), 0, platform.output());
  await Deno.remove(folder, { recursive: true });
});

interface Visit {
  readonly page: Page;
  readonly api: Spotwire;
  readonly url: string;
  /** What the page complains of, and whomever else it asks. */
  readonly troubles: string[];
}

async function open(
  browser: Browser,
  { url: address }: PartProcess,
  folder: string,
): Promise<Visit> {
  const url = address.replace("127.0.0.1", "localhost");
  const key = (await Deno.readTextFile(`${folder}/demo.key`)).trim();
  const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
  const troubles = watchPage(page, url);
  return { page, api: createSpotwire({ url, key }), url, troubles };
}

const row = (page: Page, key: string) => page.locator(`.tab-panel tr[data-key="${key}"]`);
const tab = (page: Page, name: string) => page.getByRole("tab", { name }).click();
const figure = async (page: Page, id: string) =>
  (await page.locator(`.account [data-id=${id}]`).textContent())!;

async function signIn({ page, url }: Visit): Promise<void> {
  await page.goto(url);
  await page.getByRole("button", { name: "Open the demo account" }).click();
  await page.locator('tr[data-symbol="EURUSD"]').waitFor();
  const kept = await page.evaluate("JSON.stringify(localStorage) + document.cookie") as string;
  assert(!/sw_|eyJ/.test(kept), "a credential can be read by scripts");
}

async function priceMoves(page: Page): Promise<void> {
  const cell = page.locator('tr[data-symbol="EURUSD"] .bid .px');
  const first = await eventually(async () => {
    const text = await cell.textContent();
    return text !== null && /^\d/.test(text) && text;
  });
  await eventually(async () => await cell.textContent() !== first);
}

async function watch({ page }: Visit): Promise<void> {
  await priceMoves(page);
  await page.locator('tr[data-symbol="EURUSD"][data-status="live"]').waitFor();
  await eventually(async () =>
    Number(await page.locator(".chart-area").getAttribute("data-bars")) > 0
  );
}

/** Fills the ticket and sends it, through the question whether to. */
async function send(page: Page, side: "Buy" | "Sell", fields: Record<string, string>) {
  for (const [id, value] of Object.entries(fields)) {
    if (id === "type") await page.locator("#type").selectOption(value);
    else await page.locator(`#${id}`).fill(value);
  }
  await page.locator(`.side.${side.toLowerCase()}`).click();
  await page.locator(".ticket .send").click();
  await page.locator("#confirm").click();
}

async function limitOrder({ page, api }: Visit): Promise<void> {
  const { bid } = await api.getQuote("EURUSD");
  const price = (Number(bid) - 0.02).toFixed(5);
  await send(page, "Buy", { type: "limit", size: "25000", price });
  await tab(page, "Orders");
  const order = await eventually(async () => (await api.listOrders("demo")).orders[0] ?? false);
  assertEquals([order.type, order.units, order.price], ["limit", "25000", price]);
  await row(page, order.orderId).waitFor();

  const other = (Number(bid) - 0.03).toFixed(5);
  const field = row(page, order.orderId).locator("input");
  await field.fill(other);
  await field.press("Enter");
  await eventually(async () => (await api.getOrder("demo", order.orderId)).price === other);
  await eventually(async () => await field.inputValue() === other);

  await row(page, order.orderId).getByRole("button", { name: "Cancel" }).click();
  await row(page, order.orderId).waitFor({ state: "detached" });
  assertEquals((await api.getOrder("demo", order.orderId)).status, "canceled");
}

async function marketOrder({ page, api }: Visit): Promise<void> {
  const { bid } = await api.getQuote("EURUSD");
  const stopLoss = (Number(bid) - 0.0008).toFixed(5);
  await send(page, "Buy", { type: "market", size: "30000", stopLoss });
  await tab(page, "Positions");
  await row(page, "EURUSD").waitFor();
  const [position] = (await api.listPositions("demo")).positions;
  assertEquals([position?.symbol, position?.units], ["EURUSD", "30000"]);
  const text = await row(page, "EURUSD").textContent();
  assert(text!.includes(position!.averagePrice!) && text!.includes("30\u202f000"), text!);
  const { orders } = await api.listOrders("demo");
  assertEquals(orders.map((one) => [one.type, one.triggerPrice]), [["stop", stopLoss]]);
  await matchesAccount(page, api);
}

/** The header is at the prices on the screen, so only what stands still is compared exactly. */
async function matchesAccount(page: Page, api: Spotwire): Promise<void> {
  const account = await api.getAccount("demo");
  await eventually(async () => plain(await figure(page, "balance")) === cut(account.balance));
  await tab(page, "Transactions");
  const { lastTransactionId } = account;
  await row(page, String(lastTransactionId)).waitFor();
  await tab(page, "Positions");
}

const plain = (shown: string) => shown.replaceAll("\u202f", "").replace("−", "-");
const cut = (micros: string) => micros.slice(0, -4);

async function dragStop({ page, api }: Visit): Promise<void> {
  const { orders: [stop] } = await api.listOrders("demo");
  const tag = page.locator(`.line[data-order="${stop!.orderId}"] button.tag`).first();
  await tag.waitFor();
  const box = (await tag.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y + 30, { steps: 4 });
  await page.mouse.up();
  const moved = await eventually(async () => {
    const { triggerPrice } = await api.getOrder("demo", stop!.orderId);
    return triggerPrice !== stop!.triggerPrice && triggerPrice;
  });
  assert(Number(moved) < Number(stop!.triggerPrice), "the line went down, the price did not");
  await page.locator(`.line[data-order="${stop!.orderId}"]`, { hasText: moved! }).waitFor();
}

/** Real refusals first; the rest of the catalogue is answered in the edge's place. */
async function refusals({ page }: Visit): Promise<void> {
  await page.locator("#stopLoss").fill("");
  await page.locator("#size").fill("0.5");
  await page.locator('[data-field="size"] .refusal[data-code="units_off_step"]').waitFor();
  await page.locator("#size").fill("90000000");
  await page.locator('[data-field="size"] .refusal[data-code="insufficient_margin"]').waitFor();
  await page.locator("#size").fill("1000");
  await page.locator("#takeProfit").fill("1.1234567");
  await page.locator('[data-field="takeProfit"] .refusal[data-code="price_precision"]').waitFor();
  await page.locator("#takeProfit").fill("");
  await page.locator("#one-click").check();
  let code = "";
  await page.route(
    "**/orders",
    (route) =>
      route.request().method() !== "POST" ? route.continue() : route.fulfill({
        status: 422,
        contentType: "application/problem+json",
        body: JSON.stringify({
          code,
          status: 422,
          title: "",
          detail: "",
          requestId: "1",
          type: "",
        }),
      }),
  );
  for (const reason of rejectReasons) {
    code = reason;
    await page.locator("#size").press("Enter");
    const shown = page.locator(`.ticket .refusal[data-code="${reason}"]`);
    await shown.waitFor();
    const text = await shown.textContent();
    assert(text!.includes(rejects[reason].title) && text!.includes(rejects[reason].advice), reason);
  }
  await page.unroute("**/orders");
  await page.locator("#one-click").uncheck();
}

async function closeInPlace({ page, api }: Visit): Promise<void> {
  await tab(page, "Positions");
  await row(page, "EURUSD").getByRole("button", { name: "Close" }).click();
  await row(page, "EURUSD").waitFor({ state: "detached" });
  assertEquals((await api.listPositions("demo")).positions, []);
  await matchesAccount(page, api);
}

/** Says what it will do, does it, is felt by the next order, and is undone. */
async function killSwitch({ page, api }: Visit): Promise<void> {
  const { bid } = await api.getQuote("EURUSD");
  await send(page, "Buy", { type: "limit", size: "1000", price: (Number(bid) - 0.02).toFixed(5) });
  const order = await eventually(async () => (await api.listOrders("demo")).orders[0] ?? false);
  await page.getByRole("link", { name: "Risk" }).click();
  await page.locator("#kill-reason").fill("a test");
  await page.locator("#kill-plan").click();
  await page.getByText("1 open order will be canceled.").waitFor();
  assertEquals((await api.getOrder("demo", order.orderId)).status, "new", "nothing was done yet");
  await page.locator("#kill").click();
  await page.locator('.kills li[data-status="finished"]').waitFor();
  assertEquals((await api.getOrder("demo", order.orderId)).status, "canceled");
  await page.locator(".trading-state.halted").first().waitFor();

  await page.getByRole("link", { name: "Trade" }).click();
  await send(page, "Buy", { type: "market", size: "1000" });
  await page.locator('.ticket .refusal[data-code="trading_halted"]').waitFor();
  await page.getByRole("link", { name: "Risk" }).click();
  await page.getByRole("button", { name: "Release" }).click();
  await page.locator('.kills li[data-status="released"]').waitFor();
  await page.locator(".trading-state.active").first().waitFor();
  await page.getByRole("link", { name: "Trade" }).click();
}

async function study({ page }: Visit): Promise<void> {
  // Of minutes there are too few yet.
  await page.getByLabel("Length of a bar").selectOption("S5");
  await page.getByLabel("Add a study").selectOption("ema");
  await page.getByLabel("Bars of the exponential average").fill("5");
  await page.getByLabel("Bars of the exponential average").press("Enter");
  await page.waitForURL(/studies=ema5/);
  await page.reload();
  const value = page.locator(".legend dd").last();
  await eventually(async () => /^\d/.test((await value.textContent())!));
  await page.getByLabel("Remove the exponential average").click();
  await page.waitForURL((url) => url.searchParams.get("studies") === "");
}

/** What cannot be run is told where it was filled in; the result is the API's. */
async function backtest({ page, api }: Visit): Promise<void> {
  await page.getByRole("link", { name: "Backtests" }).click();
  await page.getByText("No backtest was run yet.").waitFor();
  const fill = (name: string, value: string) => page.locator(`#parameter-${name}`).fill(value);
  await fill("fast", "5");
  await fill("slow", "2");
  await page.locator("#run-backtest").click();
  await page.locator("fieldset .refusal", { hasText: "fast is shorter" }).waitFor();
  await fill("fast", "2");
  await fill("slow", "5");
  await fill("barSeconds", "1");
  await page.locator("summary").click();
  await page.locator("#hours").selectOption("always");
  await page.locator("#run-backtest").click();
  await page.locator("[data-points]").waitFor();
  const { backtests: [done] } = await api.listBacktests();
  const report = await api.getBacktestReport(done!.backtestId);
  assert(report.trades.length > 0, "it traded nothing");
  assertEquals(new URL(page.url()).searchParams.get("item"), done!.backtestId);
  const net = page.locator('[data-cost="net"] td').first();
  assertEquals(plain((await net.textContent())!.replace("+", "")), cut(report.summary.netProfit));
  await page.locator('.data button[title="Show on the chart"]').first().click();
  await page.locator('[data-marks="2"], [data-marks="1"]').waitFor();
}

async function system({ page }: Visit): Promise<void> {
  await page.getByRole("link", { name: "System" }).click();
  await page.locator('tr[data-key="orders"]', { hasText: "execution" }).waitFor();
  await page.getByText("None since the start.").waitFor();
  const parts = page.locator(".part h3");
  await parts.first().waitFor();
  const names = await parts.allTextContents();
  for (const part of ["api-gateway", "trading-gateway", "archive", "execution", "ingest"]) {
    assert(names.includes(part), `${part} is not among ${names}`);
  }
  await page.getByRole("link", { name: "Trade" }).click();
}

async function reload({ page, api }: Visit): Promise<void> {
  await page.locator('tr[data-symbol="USDJPY"]').click();
  await page.getByLabel("Length of a bar").selectOption("M5");
  await tab(page, "Fills");
  const before = page.url();
  await page.reload();
  assertEquals(page.url(), before);
  await page.locator('tr[data-symbol="USDJPY"][aria-selected="true"]').waitFor();
  assertEquals(await page.getByLabel("Length of a bar").inputValue(), "M5");
  const { transactions } = await api.listTransactions("demo");
  const fills = transactions.filter((one) => one.type === "order_filled");
  for (const { transactionId } of fills) await row(page, String(transactionId)).waitFor();
  await priceMoves(page);
}

/** Nothing behind the sign-in can be reached, and it stays until somebody signs in. */
async function sessionEnds({ page }: Visit): Promise<void> {
  await page.getByRole("link", { name: "Risk" }).click();
  await page.locator(".trading-state").first().waitFor();
  const ends = ["**/console/session/token", "**/accounts/demo/risk*"];
  for (const path of ends) await page.route(path, (route) => route.fulfill({ status: 401 }));
  const dialog = page.getByRole("dialog", { name: "Sign in" });
  await dialog.waitFor();
  for (const path of ends) await page.unroute(path);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  for (let at = 0; at < 6; at++) {
    await page.keyboard.press("Tab");
    const outside = await page.evaluate(
      "document.activeElement !== document.body && !document.activeElement.closest('dialog')",
    );
    assertEquals(outside, false, "the focus left the dialog");
  }
  await dialog.getByRole("button", { name: "Open the demo account" }).click();
  await dialog.waitFor({ state: "detached" });
  assertEquals(new URL(page.url()).searchParams.get("view"), "risk");
  await page.getByRole("link", { name: "Trade" }).click();
  await priceMoves(page);
}

async function signOut({ page }: Visit): Promise<void> {
  await page.getByRole("button", { name: "Sign out" }).click();
  const enter = page.getByRole("button", { name: "Open the demo account" });
  await enter.waitFor();
  await page.reload();
  await enter.click();
  await priceMoves(page);
}
