import { assertEquals } from "@std/assert";
import { breaches } from "./tidy.ts";

const find = (path: string, text: string) => breaches([{ path, text }], '{"imports":{}}');

Deno.test("tidy finds an import against the direction, and a service importing another", () => {
  assertEquals(find("shared/domain/a.ts", 'import { x } from "../storage/store.ts";\n'), [
    "shared/domain/a.ts:1: imports shared/storage/store.ts, which lies above it",
  ]);
  assertEquals(find("services/a/b.ts", 'import { x } from "../c/d.ts";\n'), [
    "services/a/b.ts:1: services/a imports services/c; share a contract instead",
  ]);
  assertEquals(find("workers/a/b.ts", 'import { x } from "../../shared/domain/quote.ts";\n'), []);
});

Deno.test("tidy finds files that import themselves by way of others, types too, and each circle once", () => {
  const sources = [
    { path: "shared/domain/a.ts", text: 'import type { B } from "./b.ts";\n' },
    { path: "shared/domain/b.ts", text: 'export { c } from "./c.ts";\n' },
    { path: "shared/domain/c.ts", text: 'import { a } from "./a.ts";\nimport "./d.ts";\n' },
    { path: "shared/domain/d.ts", text: 'import { b_test } from "./b_test.ts";\n' },
    { path: "shared/domain/b_test.ts", text: 'import { b } from "./b.ts";\n' },
  ];
  assertEquals(breaches(sources, '{"imports":{}}'), [
    "shared/domain/a.ts:1: imports itself by way of shared/domain/b.ts, shared/domain/c.ts",
  ]);
});

Deno.test("tidy finds banned names outside composition roots, and not in comments", () => {
  const text = `// Date.${"now"} is banned\nconst at = Date.${"now"}();\n`;
  assertEquals(find("shared/domain/a.ts", text), [
    `shared/domain/a.ts:2: Date.${"now"} is banned; take a Clock`,
  ]);
  assertEquals(find("services/a/main.ts", text), []);
});

Deno.test("tidy finds a function and a file over budget", () => {
  const long = `export function f() {\n${"  f();\n".repeat(70)}}\n`;
  assertEquals(find("shared/domain/a.ts", long), [
    "shared/domain/a.ts:1: f has 72 lines; at most 70",
  ]);
  assertEquals(find("shared/domain/a.ts", "f();\n".repeat(401)), [
    "shared/domain/a.ts:1: 401 lines; a file has at most 400",
  ]);
});
