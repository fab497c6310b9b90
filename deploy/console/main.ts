/** `deno task console`: builds the console when its sources have changed. */

import { buildConsole } from "./build.ts";

console.log(await buildConsole() ? "console built" : "console is up to date");
