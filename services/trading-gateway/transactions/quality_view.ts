/** Arrival and execution quality inside a transaction's text, both ways; older ones have neither. */

import { formatPrice, type Instrument, type Symbol } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { formatMicros } from "../../../shared/domain/money.ts";
import type { Arrival } from "../../../shared/domain/orders/arrival.ts";
import type { FillQuality } from "../../../shared/domain/orders/fill_quality.ts";
import { type EpochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import type { OrderReleased } from "../../../shared/domain/transaction.ts";
import { amountOf } from "./money_view.ts";
import { instant, priceOf } from "./terms_view.ts";
import type { TransactionView } from "../../../shared/contracts/http/trading.ts";

export const arrivalView = (arrival: Arrival | undefined, on: Instrument) =>
  arrival === undefined ? {} : {
    arrivalBid: formatPrice(arrival.bid, on),
    arrivalAsk: formatPrice(arrival.ask, on),
    ...timeView("receivedTime", arrival.receivedAt),
  };

export function arrivalOf(view: TransactionView, on: Instrument): { arrival?: Arrival } {
  if (view.arrivalBid === undefined) return {};
  return {
    arrival: {
      bid: priceOf(view.arrivalBid, on),
      ask: priceOf(view.arrivalAsk, on),
      receivedAt: timeOf(view.receivedTime),
      sentAt: null,
      acknowledgedAt: null,
    },
  };
}

/** The symbol stands with the quote, so that it can be read back on its grid. */
export const metView = (met: OrderReleased["met"]) =>
  met === undefined
    ? {}
    : { symbol: met.symbol, ...arrivalView(met.arrival, instrumentOf(met.symbol)) };

/** @throws TypeError when the stored text is not what {@link metView} wrote. */
export function metOf(view: TransactionView): Pick<OrderReleased, "met"> {
  if (view.symbol === undefined) return {};
  const { symbol } = instrumentOf(view.symbol as Symbol);
  const { arrival } = arrivalOf(view, instrumentOf(symbol));
  return arrival === undefined
    ? {}
    : { met: { symbol, arrival: { ...arrival, releasedAt: instant(view.time) } } };
}

export const qualityView = (quality: FillQuality | undefined, on: Instrument) =>
  quality === undefined ? {} : {
    arrivalBid: formatPrice(quality.arrivalBid, on),
    arrivalAsk: formatPrice(quality.arrivalAsk, on),
    slippage: String(quality.slippage),
    slippageCost: formatMicros(quality.slippageCost),
    ...timeView("receivedTime", quality.receivedAt),
    acceptedTime: toRfc3339(quality.acceptedAt),
    ...timeView("sentTime", quality.sentAt),
    ...timeView("acknowledgedTime", quality.acknowledgedAt),
  };

/** @throws TypeError when the stored text is not what {@link qualityView} wrote. */
export function qualityOf(view: TransactionView, on: Instrument): { quality?: FillQuality } {
  const { slippage, acceptedTime } = view;
  if (slippage === undefined || acceptedTime === undefined) return {};
  return {
    quality: {
      arrivalBid: priceOf(view.arrivalBid, on),
      arrivalAsk: priceOf(view.arrivalAsk, on),
      slippage: Number(slippage),
      slippageCost: amountOf(view.slippageCost),
      receivedAt: timeOf(view.receivedTime),
      acceptedAt: instant(acceptedTime),
      sentAt: timeOf(view.sentTime),
      acknowledgedAt: timeOf(view.acknowledgedTime),
    },
  };
}

export const sentView = (sentAt: EpochMs | undefined) => timeView("sentTime", sentAt ?? null);

export const sentOf = ({ sentTime }: TransactionView): { sentAt?: EpochMs } =>
  sentTime === undefined ? {} : { sentAt: instant(sentTime) };

const timeView = <Name extends string>(name: Name, at: EpochMs | null) =>
  (at === null ? {} : { [name]: toRfc3339(at) }) as { [_ in Name]?: string };
const timeOf = (text: string | undefined): EpochMs | null =>
  text === undefined ? null : instant(text);
