/** Bytes of a chunked answer as lines, however the chunks cut them. */

import { Retryable } from "../../resilience/errors.ts";

/** Bytes of a line at most; a price with every field is under two thousand. */
export const lineLengthMax = 65_536;

/**
 * The whole lines of each chunk together, blank ones left out. What follows the last line break when
 * the stream ends is half a line, and is never given. An abort ends it and closes the connection; a
 * fetch's own signal is not enough, since it is forgotten when the request is collected as garbage.
 * @throws Retryable for a line longer than {@link lineLengthMax}.
 */
export async function* linesOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const close = () => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", close, { once: true });
  try {
    let rest = "";
    while (!signal.aborted) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (rest + value).split(/\r?\n/);
      rest = parts.pop()!;
      if (rest.length > lineLengthMax || parts.some((part) => part.length > lineLengthMax)) {
        throw new Retryable(`The venue sent a line of more than ${lineLengthMax} characters`);
      }
      const lines = parts.filter((part) => part !== "");
      if (lines.length > 0) yield lines;
    }
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}
