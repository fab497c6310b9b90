/** Writes the feed's AsyncAPI document from the schemas of its frames; a test fails when it drifts. */

import { asyncapiDocument } from "../../services/api-gateway/docs/asyncapi_document.ts";

export const asyncapiPath = new URL("asyncapi.json", import.meta.url);
export const asyncapiText = (): string => `${JSON.stringify(asyncapiDocument(), null, 2)}\n`;

if (import.meta.main) await Deno.writeTextFile(asyncapiPath, asyncapiText());
