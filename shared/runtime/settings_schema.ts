/** Reads a settings schema: which settings there are, and how their text turns into values. */

import type * as v from "valibot";

export interface SettingLeaf {
  /** `["http", "bodyBytesMax"]`. */
  readonly path: readonly string[];
  readonly kind: "text" | "number" | "boolean" | "list";
  /** What the setting is, or each item of a list. A union counts as its part that is not text. */
  readonly items: "text" | "number" | "boolean";
}

/** What of valibot's schemas is looked at here. */
interface SchemaNode {
  readonly type: string;
  readonly wrapped?: SchemaNode;
  readonly item?: SchemaNode;
  readonly entries?: Record<string, SchemaNode>;
  readonly options?: readonly unknown[];
}

/** Every setting of a schema of sections, in order. */
export function leavesOf(schema: v.GenericSchema): SettingLeaf[] {
  const leaves: SettingLeaf[] = [];
  const visit = (node: SchemaNode, path: readonly string[]): void => {
    const inner = unwrap(node);
    if (inner.entries !== undefined) {
      for (const [name, entry] of Object.entries(inner.entries)) visit(entry, [...path, name]);
      return;
    }
    const list = inner.type === "array" && inner.item !== undefined;
    const items = kindOf(list ? inner.item! : inner);
    leaves.push({ path, kind: list ? "list" : items, items });
  };
  visit(schema as unknown as SchemaNode, []);
  return leaves;
}

/** `optional(…)`, `nullable(…)` and the like have what they hold in `wrapped`. */
const unwrap = (node: SchemaNode): SchemaNode =>
  node.wrapped === undefined ? node : unwrap(node.wrapped);

function kindOf(node: SchemaNode): SettingLeaf["items"] {
  const inner = unwrap(node);
  if (inner.type === "number" || inner.type === "boolean") return inner.type;
  if (inner.type !== "union") return "text";
  const kinds = (inner.options as readonly SchemaNode[]).map(kindOf);
  return kinds.find((kind) => kind !== "text") ?? "text";
}

const numberPattern = /^[+-]?(\d[\d_]*)(\.\d+)?$/;

/** Text as the schema wants it; what does not fit stays as it is, for the schema to refuse. */
export function coerce(leaf: SettingLeaf, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (leaf.kind !== "list") return coerceText(leaf.items, value);
  const items = value.split(",").map((item) => item.trim()).filter((item) => item !== "");
  return items.map((item) => coerceText(leaf.items, item));
}

function coerceText(kind: SettingLeaf["items"], text: string): unknown {
  if (kind === "number" && numberPattern.test(text)) return Number(text.replaceAll("_", ""));
  if (kind === "boolean" && (text === "true" || text === "1")) return true;
  if (kind === "boolean" && (text === "false" || text === "0")) return false;
  return text;
}
