// Goal: no style outlives what it was written for. Method: every class and every colour that the style
// sheets name is looked for in what the sources write as text.

import { assertEquals } from "@std/assert";
import { styleSheets } from "./build.ts";

const app = new URL("../../services/api-gateway/console/app/", import.meta.url);
const uncommented = (css: string) => css.replace(/\/\*[\s\S]*?\*\//g, "");
const styles = uncommented(
  (await Promise.all(
    styleSheets.map((name) => Deno.readTextFile(new URL(`styles/${name}.css`, app))),
  )).join("\n"),
);

async function texts(folder: URL, into: string[] = []): Promise<string[]> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) await texts(new URL(`${name}/`, folder), into);
    else if (/\.(tsx?|html)$/.test(name) && !name.includes("_test.")) {
      const source = await Deno.readTextFile(new URL(name, folder));
      into.push(...(source.match(/"[^"\n]*"|`[^`]*`/g) ?? []));
    }
  }
  return into;
}
const written = (await texts(app)).join("\n");

Deno.test("every class that is styled is one that something has", () => {
  const selectors = styles.match(/[^{}]+(?=\{)/g)!.filter((one) => !one.trim().startsWith("@"));
  const classes = new Set(selectors.flatMap((one) => one.match(/(?<=\.)[a-zA-Z][\w-]*/g) ?? []));
  const isWritten = (name: string) =>
    new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(written) ||
    // Of names that are put together: `state-${state}`.
    (name.includes("-") &&
      written.includes(`${name.slice(0, name.lastIndexOf("-") + 1)}\${`));
  assertEquals([...classes].filter((name) => !isWritten(name)), []);
});

Deno.test("every variable of the style sheets is used, in them or by the charts", () => {
  const names = new Set(styles.match(/(?<=[\s;{])--[\w-]+(?=:)/g));
  const isUsed = (name: string) =>
    styles.includes(`var(${name})`) || written.includes(`"${name.slice(2)}"`) ||
    written.includes(`\`${name.slice(2, -1)}\${`);
  assertEquals([...names].filter((name) => !isUsed(name)), []);
});
