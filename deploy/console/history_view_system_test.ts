// Goal: the console tells of imported history what the platform knows of it: every series of a day,
// bars that are checked by the year as what they are, and signals at the bars of a chart. Method:
// small files imported, and the page that a person reads, in a real browser.

import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { createSpotwire, type Spotwire } from "../../shared/sdk/mod.ts";
import { launchChromium, watchPage } from "../../shared/testing/browser.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { startPart } from "../../shared/testing/platform_process.ts";
import { realTest } from "../../shared/testing/real.ts";

const monday = Date.UTC(2026, 2, 2, 10);

/** Ticks, each so many seconds behind the one before. */
function ticksCsv(seconds: readonly number[]): string {
  let at = monday;
  const lines = seconds.map((step) => {
    at += step * 1_000;
    return `${new Date(at).toISOString()},1.10000,1.10008`;
  });
  return ["time,bid,ask", ...lines].join("\n");
}

/** Hours of two days, without one of them. */
function hoursCsv(missing: number): string {
  const hours = Array.from({ length: 48 }, (_, n) => n).filter((n) => n !== missing);
  const lines = hours.map((n) =>
    `${new Date(monday + n * 3_600_000).toISOString()},1.1000,1.1010,1.0990,1.1005`
  );
  return ["time,open,high,low,close", ...lines].join("\n");
}

/** Minutes of a price that swings, with a slower swing in it. */
function swingCsv(minutes: number): string {
  const lines = Array.from({ length: minutes }, (_, n) => {
    const close = (1.1 + Math.sin(n / 9) * 0.002 + Math.sin(n / 70) * 0.003).toFixed(5);
    return `${new Date(monday + n * 60_000).toISOString()},${close},${close},${close},${close}`;
  });
  return ["time,open,high,low,close", ...lines].join("\n");
}

async function importAll(api: Spotwire, folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/many.csv`, ticksCsv(Array<number>(40).fill(20)));
  await Deno.writeTextFile(`${folder}/few.csv`, ticksCsv([0, 20, 900, 20]));
  await Deno.writeTextFile(`${folder}/hours.csv`, hoursCsv(30));
  await Deno.writeTextFile(`${folder}/swing.csv`, swingCsv(900));
  const made = [
    await api.createImport({ path: "many.csv", source: "many", symbol: "EURUSD" }),
    await api.createImport({ path: "few.csv", source: "few", symbol: "EURUSD" }),
    await api.createImport({
      ...{ path: "hours.csv", source: "hours", symbol: "EURUSD", format: "csv-bars" },
      csv: { side: "bid", intervalMs: 3_600_000 },
    }),
    await api.createImport({
      ...{ path: "swing.csv", source: "swing", symbol: "GBPUSD", format: "csv-bars" },
      csv: { side: "bid", intervalMs: 60_000 },
    }),
  ];
  await eventually(async () => {
    for (const { importId } of made) {
      assertEquals((await api.getImport(importId)).state, "done");
    }
  }, { timeoutMs: 60_000 });
}

realTest("the console tells of imported history, series by series", ["chromium"], async () => {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-history-" });
  const port = freePort();
  const platform = await startPart({
    script: "deploy/profiles/all_in_one.ts",
    port,
    readyMsMax: 180_000,
    args: ["--port", String(port), "--data", folder],
  });
  const url = `http://localhost:${port}`;
  const key = (await Deno.readTextFile(`${folder}/demo.key`)).trim();
  const browser = await launchChromium();
  try {
    const api = createSpotwire({ url, key });
    await importAll(api, `${folder}/import`);
    const page = await browser.newPage();
    const troubles = watchPage(page, url);
    await page.goto(url);
    await page.getByRole("button", { name: "Open the demo account" }).click();
    await page.locator(".account [data-id=equity]").waitFor();
    await page.goto(`${url}?view=data&symbol=EURUSD`);
    await expectDay(page);
    await expectYear(page);
    await expectSignals(page, { api, url });
    assertEquals(troubles, []);
  } finally {
    await browser.close();
    await platform.stop();
    await Deno.remove(folder, { recursive: true });
  }
});

async function expectDay(page: Page): Promise<void> {
  await page.locator('[data-day="2026-03-02"]').click();
  const detail = page.getByRole("status").filter({ hasText: "EURUSD, 2026-03-02" });
  await eventually(async () => {
    const lines = (await detail.innerText()).split("\n").filter((line) => line !== "");
    assertEquals(lines.slice(1).toSorted(), [
      "10:00:20 to 10:15:20 UTC, 15m",
      "No gaps.",
      "few ticks: 4 rows, 0 kept apart, spread 0.80 pips",
      "many ticks: 40 rows, 0 kept apart, spread 0.80 pips",
    ]);
  });
}

async function expectYear(page: Page): Promise<void> {
  const gaps = page.getByRole("region", { name: "Gaps in history" });
  await gaps.getByLabel("Ticks or bars").selectOption("bars");
  const year = gaps.locator("details");
  await year.locator("summary").click();
  await eventually(async () => {
    const lines = (await year.innerText()).split("\n").filter((line) => line !== "");
    assertEquals(lines, [
      "2026, hours bid: 1 gap",
      "hours bid bars of 1h: 47 rows, 0 kept apart",
      "2026-03-03 15:00:00 to 2026-03-03 17:00:00 UTC, 2h",
    ]);
  });
  assertEquals(await gaps.locator("[data-day]").count(), 0, "a year is no day");
}

/** Off at first, switched on and kept by the address, told in words, and of older bars as they come. */
async function expectSignals(page: Page, { api, url }: { api: Spotwire; url: string }) {
  const query = { source: "swing", side: "bid", limit: 5_000 } as const;
  const all = await api.listSignals("GBPUSD", { ...query, from: new Date(monday).toISOString() });
  const bars = [...new Set(all.signals.map(({ time }) => Date.parse(time) - 60_000))];
  const isAmong = (newest: number) => (at: number) => at >= monday + (900 - newest) * 60_000;
  const area = page.locator(".chart-area");
  const count = async (name: string) => Number(await area.getAttribute(`data-${name}`));

  await page.goto(`${url}?view=trade&symbol=GBPUSD&granularity=M1&side=bid&source=swing`);
  await eventually(async () => assertEquals(await count("bars"), 500));
  assertEquals(await count("signals"), 0, "shown before they were asked for");
  await page.getByRole("button", { name: "Signals" }).click();
  await page.waitForURL(/signals=shown/);
  await eventually(async () =>
    assertEquals(await count("signals"), bars.filter(isAmong(500)).length)
  );

  await page.reload();
  await page.getByRole("button", { name: "Signals", pressed: true }).waitFor();
  await eventually(async () => assert(await count("signals") > 0));
  await expectWords(page);

  await area.focus();
  await eventually(async () => {
    await page.keyboard.press("ArrowLeft");
    return await count("bars") === 900;
  });
  await eventually(async () => assertEquals(await count("signals"), bars.length));
  await page.getByRole("button", { name: "Signals" }).click();
  await eventually(async () => assertEquals(await count("signals"), 0));
}

/** Along the bars of the picture: what the pointer meets. */
async function expectWords(page: Page): Promise<void> {
  const { x, y, width, height } = (await page.locator(".chart-canvas").boundingBox())!;
  const met = new Set<string>();
  for (let at = 4; at < width - 80; at += 4) {
    await page.mouse.move(x + at, y + height / 2);
    for (const words of (await page.locator(".legend .signals").innerText()).split("; ")) {
      if (words !== "") met.add(words.split(":")[0]!);
    }
  }
  const wanted = ["range break up", "range break down", "strength turns up"];
  assertEquals(wanted.filter((words) => !met.has(words)), [], `met ${[...met].join(", ")}`);
}
