import { assertEquals, assertThrows } from "@std/assert";
import { type BacktestCommand, readCommand } from "./options.ts";

const read = (...args: string[]) => readCommand(args) as BacktestCommand;

Deno.test("a command names its strategy; everything else has a default", () => {
  const { strategy, symbols, from, balance, currency, seed, carry } = read("breakout");
  assertEquals([strategy, [...symbols], from], ["breakout", ["EURUSD"], null]);
  assertEquals([balance, currency, seed, carry] as unknown[], [
    100_000_000_000n,
    "USD",
    "1",
    "charge",
  ]);
});

Deno.test("days, moments, symbols and parameters are read", () => {
  const command = read(
    ...["x.ts", "--symbol", "eurusd,USDJPY", "--from", "2019-02-04", "--set", "fast=5,slow=2.5"],
    ...["--to", "2019-02-04T08:00:00Z", "--latency", "20", "--partial", "0.5"],
  );
  assertEquals([...command.symbols], ["EURUSD", "USDJPY"]);
  assertEquals(command.from, Date.UTC(2019, 1, 4));
  assertEquals(command.to, Date.UTC(2019, 1, 4, 8));
  assertEquals(command.parameters, { fast: 5, slow: 2.5 });
  assertEquals([command.fills.latencyMs, command.fills.partialShare], [20, 0.5]);
});

Deno.test("what cannot be used is named", () => {
  const wrong: [string[], string][] = [
    [[], "Name one strategy"],
    [["a", "b"], "Name one strategy"],
    [["a", "--symbol", "EURXXX"], "EURXXX"],
    [["a", "--from", "yesterday"], "--from"],
    [["a", "--set", "fast"], "name=number"],
    [["a", "--balance", "-5"], "--balance"],
    [["a", "--latency", "1.5"], "--latency"],
    [["a", "--reject", "2"], "--reject"],
    [["a", "--hours", "night"], "--hours"],
    [["a", "--unknown", "1"], "unknown"],
  ];
  for (const [args, text] of wrong) assertThrows(() => readCommand(args), TypeError, text);
  assertEquals([readCommand(["--help"]), readCommand(["--list"])], ["help", "list"]);
});
