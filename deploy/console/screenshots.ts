/**
 * `deno task screenshots`: every view of the console in both themes at the widths of a phone, a
 * laptop and a large screen, as pictures to be looked at. Fails where anything is wider than its
 * page. With names of views, of those only.
 */

import { goTo, signedIn, startVisit, viewsOf } from "./visit.ts";

const folder = "./data/screenshots";
const sizes = [[360, 740], [1_280, 800], [2_560, 1_440]] as const;
/** For prices and a few bars to come. */
const settleMs = 1_000;

const isWanted = ({ name }: { readonly name: string }): boolean =>
  Deno.args.length === 0 || Deno.args.includes(name);

await Deno.mkdir(folder, { recursive: true });
await using visit = await startVisit("pictures");
const wide: string[] = [];
for (const colorScheme of ["dark", "light"] as const) {
  for (const [width, height] of sizes) {
    const page = await signedIn(visit, { width, height, colorScheme });
    for (const view of viewsOf(visit).filter(isWanted)) {
      await goTo(page, visit, view);
      await page.waitForTimeout(settleMs);
      const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      if (Number(over) > 0) wide.push(`${view.name} at ${width}: ${over} pixels too wide`);
      await page.screenshot({ path: `${folder}/${view.name}-${width}-${colorScheme}.png` });
    }
    await page.context().clearCookies();
    await page.goto(visit.url);
    await page.getByRole("button", { name: "Open the demo account" }).waitFor();
    await page.screenshot({ path: `${folder}/sign-in-${width}-${colorScheme}.png` });
    await page.close();
  }
}
console.log(`pictures are in ${folder}`);
for (const line of wide) console.error(line);
Deno.exitCode = wide.length > 0 ? 1 : 0;
