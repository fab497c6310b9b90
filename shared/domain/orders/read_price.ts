/** Prices as clients write them, for every request that carries some. */

import { type Instrument, parsePrice, type Price } from "../instrument.ts";
import type { RejectReason } from "./rejects.ts";

/** A price or a distance between prices; `null` where none was sent. */
export function readPrice(
  text: string | undefined,
  instrument: Instrument,
): Price | null | RejectReason {
  if (text === undefined) return null;
  const price = parsePrice(text, instrument);
  if (price === "malformed" || price === "too_large") return "price_malformed";
  return price === "too_precise" ? "price_precision" : price;
}
