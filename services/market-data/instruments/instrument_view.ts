/** Instruments as text. */

import type { z } from "@hono/zod-openapi";
import type { instrumentView } from "../../../shared/contracts/http/market_data.ts";
import { formatScaled } from "../../../shared/domain/decimal.ts";
import { formatPrice, type Instrument, price } from "../../../shared/domain/instrument.ts";
import { guaranteeOffer, type GuaranteeRule } from "../../../shared/domain/orders/guarantee.ts";
import { type EpochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import type { MarketSession } from "./sessions.ts";

export type InstrumentView = z.infer<typeof instrumentView>;

/** Decimals of a rate in parts per million. */
const ppmPrecision = 6;

export function toInstrumentView(
  one: Instrument,
  at: { readonly session: MarketSession; readonly guarantees: readonly GuaranteeRule[] },
): InstrumentView {
  const { session } = at;
  const offer = guaranteeOffer(at.guarantees, one);
  return {
    symbol: one.symbol,
    base: one.base,
    quote: one.quote,
    pricePrecision: one.pricePrecision,
    pip: formatPrice(price(one.pipPoints), one).replace(/0+$/, ""),
    unitsMin: String(one.unitsMin),
    unitsMax: String(one.unitsMax),
    unitsStep: String(one.unitsStep),
    marginRate: formatScaled(one.marginRatePpm, ppmPrecision),
    spotLagDays: one.spotLagDays,
    guaranteedStop: offer === null ? null : {
      required: offer.required,
      premium: formatPrice(offer.premium, one),
      distanceMin: formatPrice(offer.distanceMin, one),
    },
    isOpen: session.isOpen,
    nextOpen: toText(session.nextOpen),
    nextClose: toText(session.nextClose),
  };
}

const toText = (at: EpochMs | null): string | null => (at === null ? null : toRfc3339(at));
