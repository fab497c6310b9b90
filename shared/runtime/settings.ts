/**
 * Settings of a process: from flags, the environment, a file and defaults, in that order, checked
 * against one schema at the start. A name nobody knows is refused: a setting that is misspelt and
 * silently ignored is found out on the worst day.
 */

import * as v from "valibot";
import { coerce, leavesOf, type SettingLeaf } from "./settings_schema.ts";
import { nearest } from "./nearest.ts";

// deno-lint-ignore no-explicit-any
type Entries = Record<string, v.BaseSchema<any, any, v.BaseIssue<unknown>>>;
export type SettingsSchema<E extends Entries = Entries> = v.StrictObjectSchema<E, undefined>;

export interface SettingsSources {
  readonly env: Readonly<Record<string, string>>;
  /** The parsed settings file: sections with their keys. */
  readonly file?: unknown;
  /** By dotted name: `{"http.port": "8001"}`. */
  readonly flags?: Readonly<Record<string, unknown>> | undefined;
}

export interface SettingsFault {
  /** The name as the source spells it: the environment's, `http.prot in the file`, `--http.prot`. */
  readonly name: string;
  readonly message: string;
}

/** The settings cannot be used; the message lists every fault. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly faults: readonly SettingsFault[];

  constructor(faults: readonly SettingsFault[]) {
    const lines = faults.map(({ name, message }) => `  ${name}: ${message}`);
    super(`Cannot use the settings\n${lines.join("\n")}`);
    this.faults = faults;
  }
}

const prefix = "SPOTWIRE_";
/** Names of other uses: what tests read, a client's key, the path of the settings file. */
const isForeign = (name: string) =>
  name.startsWith(`${prefix}TEST_`) || name === `${prefix}KEY` || name === `${prefix}SETTINGS`;

/** `http.bodyBytesMax` is `SPOTWIRE_HTTP_BODY_BYTES_MAX`. */
export const envNameOf = (path: readonly string[]): string =>
  prefix +
  path.map((part) => part.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join("_");

/** @throws SettingsError listing every fault. */
export function readSettings<Schema extends SettingsSchema>(
  schema: Schema,
  from: SettingsSources,
): v.InferOutput<Schema> {
  const leaves = leavesOf(schema);
  const faults: SettingsFault[] = [];
  const values = new Map<string, unknown>();
  takeFile(leaves, from.file, { values, faults });
  takeEnv(leaves, from.env, { values, faults });
  takeFlags(leaves, from.flags ?? {}, { values, faults });
  const result = v.safeParse(schema, nest(leaves, values));
  if (!result.success) {
    for (const issue of result.issues) faults.push(toFault(issue, leaves));
  }
  if (!result.success || faults.length > 0) throw new SettingsError(faults);
  return result.output as v.InferOutput<Schema>;
}

interface Taken {
  readonly values: Map<string, unknown>;
  readonly faults: SettingsFault[];
}

const keyOf = (path: readonly string[]) => path.join(".");

function takeEnv(
  leaves: readonly SettingLeaf[],
  env: Readonly<Record<string, string>>,
  { values, faults }: Taken,
): void {
  const known = new Map(leaves.map((leaf) => [envNameOf(leaf.path), leaf]));
  for (const [name, text] of Object.entries(env)) {
    const leaf = known.get(name);
    if (leaf !== undefined) values.set(keyOf(leaf.path), coerce(leaf, text));
    else if (name.startsWith(prefix) && !isForeign(name)) {
      faults.push(unknownName(name, name, [...known.keys()]));
    }
  }
}

function takeFlags(
  leaves: readonly SettingLeaf[],
  flags: Readonly<Record<string, unknown>>,
  { values, faults }: Taken,
): void {
  const known = new Map(leaves.map((leaf) => [keyOf(leaf.path), leaf]));
  for (const [name, value] of Object.entries(flags)) {
    const leaf = known.get(name);
    if (leaf === undefined) faults.push(unknownName(`--${name}`, name, [...known.keys()]));
    else if (value !== undefined) values.set(name, coerce(leaf, value));
  }
}

function takeFile(leaves: readonly SettingLeaf[], file: unknown, { values, faults }: Taken): void {
  const known = leaves.map((leaf) => keyOf(leaf.path));
  const sections = new Set(
    leaves.flatMap(({ path }) => path.map((_, at) => keyOf(path.slice(0, at)))),
  );
  const visit = (node: unknown, path: readonly string[]): void => {
    const key = keyOf(path);
    if (known.includes(key)) values.set(key, node);
    else if (!sections.has(key)) faults.push(unknownName(`${key} in the file`, key, known));
    else if (typeof node !== "object" || node === null || Array.isArray(node)) {
      faults.push({
        name: key === "" ? "the file" : `${key} in the file`,
        message: "expected a section; use an object",
      });
    } else for (const [name, inner] of Object.entries(node)) visit(inner, [...path, name]);
  };
  if (file !== undefined) visit(file, []);
}

function unknownName(shown: string, name: string, known: readonly string[]): SettingsFault {
  const like = nearest(name, known);
  const advice = like === null ? "remove it" : `remove it, or did you mean ${like}?`;
  return { name: shown, message: `no setting has this name; ${advice}` };
}

/** Every section is there, so the defaults inside it apply. */
function nest(leaves: readonly SettingLeaf[], values: ReadonlyMap<string, unknown>): unknown {
  const root: Record<string, unknown> = {};
  for (const { path } of leaves) {
    let node = root;
    for (const part of path.slice(0, -1)) {
      node = (node[part] ??= {}) as Record<string, unknown>;
    }
    const value = values.get(keyOf(path));
    if (value !== undefined) node[path.at(-1)!] = value;
  }
  return root;
}

function toFault(issue: v.BaseIssue<unknown>, leaves: readonly SettingLeaf[]): SettingsFault {
  const path = (issue.path ?? []).map((item) => String(item.key));
  const leaf = leaves.find((one) => keyOf(path).startsWith(keyOf(one.path)));
  const name = envNameOf(leaf?.path ?? path);
  const file = keyOf(leaf?.path ?? path);
  if (issue.input === undefined) {
    return { name, message: `missing; set it, or ${file} in the settings file` };
  }
  // The library's own texts quote the value, and a value may be a secret: only the wanted is told.
  const own = issue.message.startsWith("Invalid ");
  const wanted = own ? `expected ${issue.expected ?? "another value"}` : issue.message;
  const got = typeof issue.input === "number" || leaf?.kind === "number" || leaf?.kind === "boolean"
    ? `, not ${JSON.stringify(issue.input)}`
    : "";
  return { name, message: `not usable; ${wanted}${got}` };
}
