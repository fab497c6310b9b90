// Goal: nobody is kept out of the console. Method: axe over every view in both themes, on a phone, a
// laptop and a large screen, in a real browser; nothing serious or critical may be found. A view is
// loaded once: the page follows its size and theme as it does in the hand. What several views show is
// looked at in the first.

import { assertEquals } from "@std/assert";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { realTest } from "../../shared/testing/real.ts";
import { goTo, signedIn, startVisit, type View, viewsOf } from "./visit.ts";

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

const sizes = [[360, 740], [1_280, 800], [2_560, 1_440]] as const;

realTest("axe finds nothing serious in any view", ["chromium"], async () => {
  await using visit = await startVisit("accessible");
  const page = await signedIn(visit, { width: 1_280, height: 800, colorScheme: "dark" });
  const found: string[] = [];
  const look = async ({ name, part = "html" }: Pick<View, "name" | "part">) => {
    // Evaluated by the browser's debugger: the page's own policy would not let a script in.
    await page.evaluate(axe.source);
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height });
      for (const colorScheme of ["dark", "light"] as const) {
        await page.emulateMedia({ colorScheme });
        // What is not a colour is the same in both themes.
        const rules = colorScheme === "dark" ? "{}" : "{ runOnly: ['color-contrast'] }";
        const seen = await findings(page, `axe.run("${part}", ${rules})`);
        found.push(...seen.map((one) => `${name} ${width} ${colorScheme}: ${one}`));
      }
    }
  };
  for (const view of viewsOf(visit)) {
    await goTo(page, visit, view);
    await look(view);
  }
  await page.context().clearCookies();
  await page.goto(visit.url);
  await page.getByRole("button", { name: "Open the demo account" }).waitFor();
  await look({ name: "sign-in" });
  assertEquals(found, []);
});

async function findings(page: Page, run: string): Promise<string[]> {
  const { violations } = await page.evaluate(run) as { violations: Finding[] };
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html).join(" | ")}`);
}
