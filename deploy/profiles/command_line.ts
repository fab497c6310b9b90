/** How tasks read their command lines: options with a value, switches, and the rest in its order. */

import { parseArgs } from "node:util";
import { type EpochMs, parseRfc3339 } from "../../shared/domain/time.ts";

/** Names without their dashes, and what each is for. `--help`, `-h` is a switch of every task. */
export interface Options<Given extends string, Switch extends string> {
  /** With a value behind them. */
  readonly given: readonly (readonly [name: Given, help: string])[];
  readonly switches: readonly (readonly [name: Switch, help: string])[];
}

/** An option a line, for the page that `--help` gives. */
export function optionLines({ given, switches }: Options<string, string>): string[] {
  const all = [...given, ...switches, ["help", "this page"] as const];
  const width = Math.max(...all.map(([name]) => name.length));
  return all.map(([name, help]) => `  --${name.padEnd(width)}  ${help}`);
}

/** @throws TypeError for an option there is not, or one without its value */
export function readCommandLine<Given extends string, Switch extends string>(
  args: readonly string[],
  { given, switches }: Options<Given, Switch>,
) {
  const { values, positionals } = parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      ...Object.fromEntries(given.map(([name]) => [name, { type: "string" as const }])),
      ...Object.fromEntries(switches.map(([name]) => [name, { type: "boolean" as const }])),
    },
  });
  const entries = Object.entries(values as Readonly<Record<string, string | boolean>>);
  const texts = entries.filter(([, value]) => typeof value === "string");
  const on = new Set(entries.flatMap(([name, value]) => value === true ? [name] : []));
  return {
    given: Object.fromEntries(texts) as Readonly<Partial<Record<Given, string>>>,
    isOn: (name: Switch | "help"): boolean => on.has(name),
    positionals,
  };
}

/** A day begins at its midnight in UTC. `name` is what the text is given as. @throws TypeError */
export function readMoment(name: string, text: string): EpochMs {
  const at = parseRfc3339(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (at !== null) return at;
  throw new TypeError(
    `"${text}" is neither a day nor a time with its zone: ` +
      `write ${name} as 2019-02-04 or 2019-02-04T08:00:00Z`,
  );
}
