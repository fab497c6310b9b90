/**
 * `deno task screenshots`: every view of the console in both themes at the widths of a phone, a
 * laptop and a large screen, as pictures to be looked at. Fails where anything is wider than its
 * page.
 */

import { signedIn, startVisit, views } from "./visit.ts";

const folder = "./data/screenshots";
const sizes = [[360, 740], [1_280, 800], [2_560, 1_440]] as const;
/** For prices and a few bars to come. */
const settleMs = 700;

await Deno.mkdir(folder, { recursive: true });
await using visit = await startVisit("pictures");
const wide: string[] = [];
for (const colorScheme of ["dark", "light"] as const) {
  for (const [width, height] of sizes) {
    const page = await signedIn(visit, { width, height, colorScheme });
    for (const { name, search, there } of views) {
      await page.goto(visit.url + search);
      await page.locator(there).first().waitFor({ state: "attached", timeout: 10_000 });
      await page.waitForTimeout(settleMs);
      const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      if (Number(over) > 0) wide.push(`${name} at ${width}: ${over} pixels too wide`);
      await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png` });
    }
    await page.close();
  }
}
const page = await visit.browser.newPage({ viewport: { width: 1_280, height: 800 } });
await page.goto(visit.url);
await page.getByRole("button", { name: "Open the demo account" }).waitFor();
await page.screenshot({ path: `${folder}/sign-in.png` });
console.log(`pictures are in ${folder}`);
for (const line of wide) console.error(line);
Deno.exitCode = wide.length > 0 ? 1 : 0;
