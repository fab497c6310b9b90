/** Where one symbol stands in a run: its price, its bounds, and how far it went while it was held. */

import type { Instrument, Price } from "../../../../shared/domain/instrument.ts";
import type { Quote } from "../../../../shared/domain/quote.ts";
import { epochMs } from "../../../../shared/domain/time.ts";
import { PriceView } from "../../../../shared/sdk/strategy/price_view.ts";
import { type Bounds, openBounds } from "./bounds.ts";
import type { Extremes } from "./trades.ts";

export class Slot {
  readonly instrument: Instrument;
  /** The strategy's, or one of its own for a symbol that only converts. */
  readonly view: PriceView;
  readonly isTraded: boolean;
  /** Quotes so far; the newest quote's sequence. */
  sequence = 0;
  /** Sequence of the quote that desk and venue know. */
  known = 0;
  readonly bounds: Bounds = openBounds();
  /** Signed, of all fills. */
  heldUnits = 0;
  isHeld = false;
  readonly extremes: Extremes = { lowBid: 0, highBid: 0, lowAsk: 0, highAsk: 0 };

  constructor(instrument: Instrument, view: PriceView | undefined) {
    this.instrument = instrument;
    this.isTraded = view !== undefined;
    const { symbol, pricePrecision } = instrument;
    this.view = view ?? new PriceView(symbol, { pricePrecision, barMs: 0 });
  }

  quote(): Quote {
    const { bidPoints, askPoints, time } = this.view;
    return {
      symbol: this.instrument.symbol,
      bid: bidPoints as Price,
      ask: askPoints as Price,
      venueTime: epochMs(time),
      receivedTime: epochMs(time),
      sequence: this.sequence,
    };
  }

  isWithin(): boolean {
    const { bidPoints, askPoints } = this.view;
    const { lowBid, highBid, lowAsk, highAsk } = this.bounds;
    return bidPoints >= lowBid && bidPoints <= highBid && askPoints >= lowAsk &&
      askPoints <= highAsk;
  }

  /** Counts the price among the furthest since the position was opened. */
  stretch(): void {
    const { bidPoints, askPoints } = this.view;
    const { extremes } = this;
    if (bidPoints < extremes.lowBid) extremes.lowBid = bidPoints;
    if (bidPoints > extremes.highBid) extremes.highBid = bidPoints;
    if (askPoints < extremes.lowAsk) extremes.lowAsk = askPoints;
    if (askPoints > extremes.highAsk) extremes.highAsk = askPoints;
  }

  /** A position was opened: from here on. */
  beginExtremes(): void {
    const { bidPoints, askPoints } = this.view;
    const { extremes } = this;
    extremes.lowBid = extremes.highBid = bidPoints;
    extremes.lowAsk = extremes.highAsk = askPoints;
  }
}
