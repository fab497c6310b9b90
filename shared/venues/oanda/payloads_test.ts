// Goal: what the scripted OANDA sends is what OANDA says it sends. Method: every payload of the
// script's repertoire against the definitions of OANDA's own description, made strict: no field that
// is not described, and decimal numbers and times in their written form.

import { assert, assertEquals } from "@std/assert";
import { Ajv } from "ajv";
import { epochMs, ManualClock } from "../../domain/time.ts";
import { ScriptedOanda } from "../../testing/scripted_oanda.ts";
import { dataTest } from "../../testing/test_data.ts";
import { parsePricingLine, parseTransactionLine } from "./parse.ts";

type Schema = { [key: string]: unknown };

/** The beginning of a format's prose, and the pattern it stands for. */
const proseFormats: readonly (readonly [string, string])[] = [
  ["A decimal number", "^-?\\d+(\\.\\d+)?$"],
  ["The RFC 3339", "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z$"],
  ["A string containing the base currency", "^[A-Z0-9]+_[A-Z]{3}$"],
  ["String representation of the numerical", "^\\d+$"],
  ['"-"-delimited string', "^\\d+-\\d+-\\d+-\\d+$"],
];

/** A definition with its prose made rules. */
function strict(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(strict);
  if (typeof node !== "object" || node === null) return node;
  const { format, ...rest } = node as Schema;
  const made: Schema = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, strict(value)]),
  );
  if (made["type"] === "object" && "properties" in made) made["additionalProperties"] = false;
  if (typeof format !== "string") return made;
  const known = proseFormats.find(([prose]) => format.startsWith(prose));
  return known === undefined ? made : { ...made, pattern: known[1] };
}

interface Description {
  readonly definitions: Record<string, unknown>;
  readonly responses: Record<string, { readonly schema: unknown }>;
}

async function validators(path: string) {
  const description: Description = JSON.parse(await Deno.readTextFile(path));
  const ajv = new Ajv({ strict: false, allErrors: true });
  const schema = { $id: "v20", definitions: strict(description.definitions) };
  ajv.addSchema(schema as Schema);
  ajv.addSchema({ $id: "error", ...strict(description.responses["401"]!.schema) as Schema });
  return (definition: string, payload: unknown): string[] => {
    const ref = definition === "error" ? "error" : `v20#/definitions/${definition}`;
    const validate = ajv.getSchema(ref);
    if (validate === undefined) return [`OANDA describes no ${definition}`];
    validate(payload);
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  };
}

const description = "oanda-v20/v20.json";

dataTest(
  "everything the scripted OANDA says fits OANDA's description",
  description,
  async (path) => {
    const faultsOf = await validators(path);
    const clock = new ManualClock(epochMs(Date.UTC(2026, 0, 14, 13)));
    await using server = new ScriptedOanda({ clock });
    const steps = ["price EUR_USD 1.10000 1.10010 @-250", "again EUR_USD", "halt EUR_USD"];
    for (const step of [...steps, "empty EUR_USD", "heartbeat"]) {
      const [word = "", ...rest] = step.split(" ");
      const { definition, payload } = server.payload(word, rest.join(" "), "pricing");
      assertEquals(faultsOf(definition, payload), [], step);
      assert(parsePricingLine(JSON.stringify(payload)).kind !== "refused", step);
    }
    for (const step of ["heartbeat", "transaction"]) {
      const { definition, payload } = server.payload(step, "", "transactions");
      assertEquals(faultsOf(definition, payload), [], step);
      assert(parseTransactionLine(JSON.stringify(payload)).kind !== "refused", step);
    }
    const refused = await fetch(`${server.url}/v3/accounts/1/pricing/stream`);
    assertEquals(refused.status, 401);
    assertEquals(faultsOf("error", await refused.json()), []);
  },
);

dataTest("an invented payload does not fit", description, async (path) => {
  const faultsOf = await validators(path);
  const price = {
    type: "PRICE",
    time: "2026-01-14T13:00:00.000000000Z",
    instrument: "EUR_USD",
    bids: [{ price: "1.10000", liquidity: 1 }],
    asks: [{ price: "1.10010", liquidity: 1 }],
  };
  assertEquals(faultsOf("ClientPrice", price), []);
  assertEquals(faultsOf("ClientPrice", { ...price, spread: "0.00010" }).length, 1);
  assertEquals(faultsOf("ClientPrice", { ...price, time: "yesterday" }).length, 1);
  assertEquals(faultsOf("ClientPrice", { ...price, bids: [{ price: 1.1 }] }).length > 0, true);
  assertEquals(faultsOf("ClientPrice", { ...price, instrument: "EURUSD" }).length, 1);
  assertEquals(faultsOf("PricingBeat", {}), ["OANDA describes no PricingBeat"]);
});
