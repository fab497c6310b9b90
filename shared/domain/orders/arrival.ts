/** The market an order met. */

import type { Price } from "../instrument.ts";
import type { EpochMs } from "../time.ts";

/** The quote an order met: when it was accepted or released, or the one that set it off. */
export interface Arrival {
  readonly bid: Price;
  readonly ask: Price;
  /** When the edge had the request; `null` for an order the platform made itself. */
  readonly receivedAt: EpochMs | null;
  /** When the order was handed to the venue; `null` until it is, and where nobody noted it. */
  readonly sentAt: EpochMs | null;
  /** When the venue held the order; `null` until it does. */
  readonly acknowledgedAt: EpochMs | null;
  /** When the order it waited for was filled; left out of an order that waited for none. */
  readonly releasedAt?: EpochMs;
}
