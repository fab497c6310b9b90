/** The npm package as its users meet it: packed, installed, compiled against, and run by Node. */

import { assertEquals } from "@std/assert";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { packSdk } from "../../deploy/contracts/pack_sdk.ts";
import { ScriptedEdge } from "../testing/scripted_edge.ts";

const consumer = `
import { createSpotwire, FeedClient, SpotwireProblem } from "@spotwire/sdk";
import type { FeedRefusal, FeedStatus, Order } from "@spotwire/sdk";

const [url = "", ...symbols] = process.argv.slice(2);
const spotwire = createSpotwire({ url, key: "sw_test_key" });
export async function firstOrder(): Promise<Order | undefined> {
  const { orders } = await spotwire.listOrders("demo", { state: "open", limit: 1 });
  return orders[0];
}
export const why = (status: FeedStatus): FeedRefusal | null =>
  status.state === "closed" ? status.refusal : null;
// @ts-expect-error: units are decimal text
export const wrong = () => spotwire.checkOrder("demo", { units: 1 });

const seen: string[] = [];
try {
  await spotwire.getAccount("demo");
} catch (error) {
  if (error instanceof SpotwireProblem) seen.push(error.code, String(error.status));
}
for (const binary of [false, true]) {
  const feed: FeedClient = spotwire.feed({ binary });
  await feed.subscribe(symbols);
  for await (const quote of feed) {
    seen.push(quote.symbol + " " + quote.bid);
    if (quote.symbol === symbols.at(-1)) break;
  }
  feed.close();
}
console.log(JSON.stringify(seen));
`;

const environment = "declare const process: { argv: string[] };";

/** Compiles the consumer as strictly as TypeScript can; its faults as text. */
function compile(folder: string): string[] {
  const program = ts.createProgram([join(folder, "consumer.ts"), join(folder, "env.d.ts")], {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  const { diagnostics } = program.emit();
  return [...ts.getPreEmitDiagnostics(program), ...diagnostics].map(({ file, messageText }) =>
    `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`
  );
}

async function run(command: string, args: string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd }).output();
  if (!success) throw new Error(`${command} failed: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

Deno.test("the packed SDK installs, type-checks under tsc --strict and runs under Node", async () => {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-consumer-" });
  try {
    const tarball = await packSdk(folder);
    await Deno.writeTextFile(join(folder, "package.json"), '{"type":"module","private":true}');
    await run("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], folder);
    await Deno.writeTextFile(join(folder, "consumer.ts"), consumer);
    await Deno.writeTextFile(join(folder, "env.d.ts"), environment);
    assertEquals(compile(folder), []);

    await using edge = new ScriptedEdge();
    const quote = { time: 0, receivedTime: 0, sequence: 1, status: "live" as const };
    edge.quotes.set("EURUSD", { symbol: "EURUSD", bid: "1.14320", ask: "1.14328", ...quote });
    edge.quotes.set("USDJPY", { symbol: "USDJPY", bid: "156.123", ask: "156.131", ...quote });
    // Node 20 has a WebSocket behind this flag; from Node 22 on it is always there.
    const args = ["--experimental-websocket", "consumer.js", edge.url, "EURUSD", "USDJPY"];
    assertEquals(JSON.parse(await run("node", args, folder)), [
      "unexpected_response",
      "404",
      "EURUSD 1.14320",
      "USDJPY 156.123",
      "EURUSD 1.14320",
      "USDJPY 156.123",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the SDK imports nothing from outside its folder", async () => {
  const folder = dirname(fileURLToPath(import.meta.url));
  const imported: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".ts") || name.endsWith("_test.ts")) continue;
    const { importedFiles } = ts.preProcessFile(await Deno.readTextFile(join(folder, name)));
    imported.push(...importedFiles.map(({ fileName }) => fileName));
  }
  assertEquals(imported.filter((specifier) => !specifier.startsWith("./")), []);
});
