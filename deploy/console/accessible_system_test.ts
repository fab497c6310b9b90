// Goal: nobody is kept out of the console. Method: axe over each view in both themes, on a phone and a
// laptop, in a real browser; nothing serious or critical may be found.

import { assertEquals } from "@std/assert";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { realTest } from "../../shared/testing/real.ts";
import { signedIn, startVisit, views } from "./visit.ts";

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

realTest("axe finds nothing serious in any view", ["chromium"], async () => {
  await using visit = await startVisit("accessible");
  const found: string[] = [];
  for (const colorScheme of ["dark", "light"] as const) {
    for (const [width, height] of [[360, 740], [1_280, 800]] as const) {
      const page = await signedIn(visit, { width, height, colorScheme });
      for (const { name, search, there } of views) {
        await page.goto(visit.url + search);
        await page.locator(there).first().waitFor({ state: "attached" });
        found.push(
          ...(await findings(page)).map((one) => `${name} ${width} ${colorScheme}: ${one}`),
        );
      }
      await page.keyboard.press("?");
      await page.locator("dialog").waitFor();
      found.push(...(await findings(page)).map((one) => `help ${width} ${colorScheme}: ${one}`));
      await page.close();
    }
  }
  assertEquals(found, []);
});

async function findings(page: Page): Promise<string[]> {
  // Evaluated by the browser's debugger: the page's own policy would not let a script in.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate("axe.run(document)") as { violations: Finding[] };
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html).join(" | ")}`);
}
