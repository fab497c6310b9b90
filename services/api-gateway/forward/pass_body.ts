/**
 * Bodies that go on as they come: a large table of market data costs the edge a piece of it, is read
 * no faster than its client takes it, and no further when the client has left.
 */

import { Problem } from "../../../shared/runtime/problem.ts";

export interface PassBodyLimits {
  /** Bodies under way at once. */
  readonly bodiesMax: number;
  /** How long one may be under way, in milliseconds, whoever is slow. */
  readonly bodyMsMax: number;
}

const usualLimits: PassBodyLimits = { bodiesMax: 500, bodyMsMax: 300_000 };

export type PassBody = (
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  brokenOff: (error: unknown) => void,
) => ReadableStream<Uint8Array<ArrayBuffer>>;

/**
 * `brokenOff` hears why a body did not come to its end. Throws Problem `unavailable` when too many
 * are under way.
 */
export function createPassBody({ bodiesMax, bodyMsMax } = usualLimits): PassBody {
  let underWay = 0;
  return (body, brokenOff) => {
    if (underWay >= bodiesMax) {
      void body.cancel().catch(() => {});
      const options = { headers: { "retry-after": "1" } };
      throw new Problem("unavailable", "Too many large answers are under way", options);
    }
    underWay++;
    const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
    void body.pipeTo(writable, { signal: AbortSignal.timeout(bodyMsMax) })
      .catch(brokenOff)
      .finally(() => underWay--);
    return readable;
  };
}
