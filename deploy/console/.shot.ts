import { chromium } from "playwright-core";
const [url, out, w, h, theme, ...steps] = Deno.args;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox","--disable-gpu"] });
const page = await browser.newPage({ viewport: { width: +w!, height: +h! }, colorScheme: theme as "dark" });
page.on("console", (m) => console.log("console:", m.type(), m.text()));
page.on("pageerror", (e) => console.log("pageerror:", e.message));
page.on("response", (r) => { if (r.status() >= 400) console.log(r.status(), r.url()); });
await page.goto(url!);
const demo = page.getByRole("button", { name: /Open the demo/ });
await demo.waitFor();
await demo.click();
await page.waitForTimeout(2500);
for (const s of steps) { await page.evaluate(s).catch((e) => console.log(e.message)); await page.waitForTimeout(500); }
await page.screenshot({ path: out! });
await browser.close();
