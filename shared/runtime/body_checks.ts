/** Reading a JSON body: refused before it is read where possible, never buffered beyond the limit. */

import type { HonoRequest } from "hono/request";
import { Problem } from "./problem.ts";

const jsonType = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/**
 * The body's text, left where `c.req.text()` finds it. With a length given the server holds the
 * sender to it; without one the bytes are counted.
 * @throws Problem `content_type_unsupported`, `body_too_large`: at once, or by the promise.
 */
export function readBodyText(request: HonoRequest, bytesMax: number): Promise<string> {
  const { headers } = request.raw;
  const contentType = headers.get("content-type");
  if (contentType !== "application/json" && !jsonType.test(contentType ?? "")) {
    throw new Problem(
      "content_type_unsupported",
      contentType === null ? "No content type given" : "Only application/json in UTF-8 is read",
    );
  }
  const length = headers.get("content-length");
  if (length !== null) {
    if (!(Number(length) <= bytesMax)) throw tooLarge(bytesMax);
    return request.text();
  }
  const counted = readCounted(request.raw.body, bytesMax);
  // Declared as the text, but kept and awaited as a promise of it.
  request.bodyCache.text = counted as unknown as string;
  return counted;
}

/** @throws Problem `malformed_json`, or `body_too_large` for a body that belied its length. */
export function parseBody(text: string, bytesMax: number): unknown {
  if (text.length > bytesMax) throw tooLarge(bytesMax);
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem("malformed_json", text === "" ? "The body is empty" : "Cannot parse it");
  }
}

async function readCounted(
  body: ReadableStream<Uint8Array> | null,
  bytesMax: number,
): Promise<string> {
  if (body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > bytesMax) {
      await reader.cancel().catch(() => {});
      throw tooLarge(bytesMax);
    }
    text += decoder.decode(value, { stream: true });
  }
}

const tooLarge = (bytesMax: number) =>
  new Problem("body_too_large", `The body may have at most ${bytesMax} bytes`);
