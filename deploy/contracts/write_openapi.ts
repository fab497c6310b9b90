/** Writes the platform's OpenAPI document from its route objects; a test fails when it drifts. */

import { openapiDocument } from "../../services/api-gateway/docs/openapi_document.ts";

export const openapiPath = new URL("openapi.json", import.meta.url);
export const openapiText = (): string => `${JSON.stringify(openapiDocument(), null, 2)}\n`;

if (import.meta.main) await Deno.writeTextFile(openapiPath, openapiText());
