/** Reading a JSON body: refused before it is read where possible, never buffered beyond the limit. */

import type { HonoRequest } from "hono/request";
import { Problem } from "./problem.ts";

const jsonType = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/**
 * The parsed body, and its text left where `c.req.text()` finds it.
 * @throws Problem `content_type_unsupported`, `body_too_large`, `malformed_json`.
 */
export async function readJsonBody(request: HonoRequest, bytesMax: number): Promise<unknown> {
  const { headers } = request.raw;
  const contentType = headers.get("content-type");
  if (contentType !== "application/json" && !jsonType.test(contentType ?? "")) {
    throw new Problem(
      "content_type_unsupported",
      contentType === null ? "No content type given" : "Only application/json in UTF-8 is read",
    );
  }
  const text = await readText(request.raw, bytesMax);
  // Declared as the text, but kept and awaited as a promise of it.
  request.bodyCache.text = Promise.resolve(text) as unknown as string;
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem("malformed_json", text === "" ? "The body is empty" : "Cannot parse it");
  }
}

/** With a length given the server holds the sender to it; without one the bytes are counted. */
async function readText(request: Request, bytesMax: number): Promise<string> {
  const length = request.headers.get("content-length");
  if (length === null) return await readCounted(request.body, bytesMax);
  if (!(Number(length) <= bytesMax)) throw tooLarge(bytesMax);
  const text = await request.text();
  // A request made in process can claim any length.
  if (text.length > bytesMax) throw tooLarge(bytesMax);
  return text;
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
