/**
 * Writes the TypeScript client from the committed OpenAPI document. With `--pack <folder>`, also
 * builds the SDK for npm and leaves its tarball in that folder.
 */

import { createClient } from "@hey-api/openapi-ts";
import { fileURLToPath } from "node:url";
import { packSdk } from "./pack_sdk.ts";

const documentUrl = new URL("./openapi.json", import.meta.url);
export const generatedUrl = new URL("../../shared/sdk/generated/", import.meta.url);

/** Generates the client into `folder`, which is emptied first. */
export async function generateSdk(folder: URL, document: URL = documentUrl): Promise<void> {
  await createClient({
    input: JSON.parse(await Deno.readTextFile(document)),
    output: {
      path: fileURLToPath(folder),
      clean: true,
      module: { extension: ".ts" },
      postProcess: [],
    },
    logs: { level: "silent", file: false },
    plugins: [
      "@hey-api/client-fetch",
      "@hey-api/typescript",
      // One class: loose functions pass their `client` on to `new Request`, which Deno refuses.
      {
        name: "@hey-api/sdk",
        client: false,
        operations: { strategy: "single", containerName: "Operations", methods: "instance" },
      },
    ],
  });
  for (const part of ["client/", "core/"]) await takeRuntime(new URL(part, folder));
}

/** What the generator's authors noted to themselves: lines of comment that begin with a mark. */
const authorsNotes = /^ *\/\/ [A-Z]{4,}:.*\n/gm;

/**
 * The generator's own runtime is not written for `exactOptionalPropertyTypes`. Only its insides go
 * unchecked: what is generated from the document, and all that uses it, is checked as ever.
 */
async function takeRuntime(folder: URL): Promise<void> {
  for await (const entry of Deno.readDir(folder)) {
    const file = new URL(entry.name, folder);
    const text = (await Deno.readTextFile(file)).replaceAll(authorsNotes, "");
    await Deno.writeTextFile(file, `// @ts-nocheck\n${text}`);
  }
}

if (import.meta.main) {
  const [option, folder] = Deno.args;
  if (option !== undefined && (option !== "--pack" || folder === undefined)) {
    console.error("Usage: write_sdk.ts [--pack <folder>]");
    Deno.exit(2);
  }
  await generateSdk(generatedUrl);
  console.log("wrote shared/sdk/generated");
  if (folder !== undefined) console.log(`wrote ${await packSdk(folder)}`);
}
