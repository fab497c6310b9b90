/** When the edge had a request, as it tells the service it passes it on to. */

import type { EpochMs } from "../domain/time.ts";

/** Milliseconds since 1970, of the market's clock. The edge sets it; a client's own never gets here. */
export const receivedTimeHeader = "x-spotwire-received";

/** `undefined` when no edge said so, or nothing that is a time. */
export function receivedTimeOf(text: string | undefined): EpochMs | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) as EpochMs : undefined;
}
