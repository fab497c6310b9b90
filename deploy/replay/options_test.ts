// Goal: the command line of a replay is read, and what cannot be used is named.

import { assertEquals, assertThrows } from "@std/assert";
import { readCommand } from "./options.ts";

Deno.test("an account, a period and the platform's own options are read", () => {
  const command = readCommand(["demo", "--from", "2026-11-30", "--seed", "x", "--save", "./out"]);
  if (command === "help") throw new Error("Nobody asked for help");
  assertEquals([command.accountId, command.from, command.to], [
    "demo",
    Date.UTC(2026, 10, 30),
    Infinity,
  ]);
  assertEquals(command.platform, ["--data", "./data", "--seed", "x"]);
  assertEquals(command.save, "./out");
  assertEquals(readCommand(["--help"]), "help");
});

Deno.test("a recording names its own account", () => {
  const command = readCommand(["--recording", "./out"]);
  assertEquals(command === "help" ? null : [command.accountId, command.recording], [null, "./out"]);
});

Deno.test("what cannot be used is named", () => {
  const wrong: [string[], string][] = [
    [[], "Name one account"],
    [["a", "b"], "Name one account"],
    [["a", "--recording", "./out"], "Name one account"],
    [["a", "--to", "tomorrow"], "--to"],
    [["a", "--unknown", "1"], "unknown"],
  ];
  for (const [args, text] of wrong) assertThrows(() => readCommand(args), TypeError, text);
});
