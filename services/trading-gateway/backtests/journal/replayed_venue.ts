/**
 * The simulated venue of a replay: its engine is shown the recorded prices, and does what was asked
 * of it at the moments at which the recording says it was done.
 *
 * Live, the venue looks at the clock every few milliseconds, and orders and prices reach it a little
 * later than they were sent; what came of that is in the marks of its reports. Between two reports
 * prices are shown at their own time. What the clock brings about, as the end of latency or of an
 * order's life, comes only where a report tells of it: between the same two prices as it did.
 */

import type { ExecutionReport } from "../../../../shared/contracts/messages/executions.ts";
import type { TradingHours } from "../../../../shared/domain/fx_week.ts";
import type { OrderId } from "../../../../shared/domain/ids.ts";
import type { Replacement } from "../../../../shared/domain/orders/order.ts";
import { defaultQuoteAges, type PriceMark, type Quote } from "../../../../shared/domain/quote.ts";
import { type EpochMs, epochMs } from "../../../../shared/domain/time.ts";
import type { TransactionType } from "../../../../shared/domain/transaction.ts";
import { createFillEngine } from "../../../../shared/venues/fill_engine.ts";
import type { EngineEffects, FillEngine } from "../../../../shared/venues/venue.ts";
import type { VenueCommand } from "../../desk/venue_command.ts";
import { carryOut } from "../engine/carry_out.ts";
import type { FillSettings } from "../engine/settings.ts";
import type { OrderTransaction } from "./batches.ts";
import { PriceReader, type RecordedPrices } from "./recorded_prices.ts";

/** The simulated venue, as it names itself live. */
const venueName = "simulator";
/** The recording says when the venue had fallen silent, so the engine need not find out. */
const quoteAges = { ...defaultQuoteAges, heartbeatMs: 1e15 };

/** What comes of the clock alone, whatever prices came in the same moment. */
const timed: ReadonlySet<TransactionType> = new Set(
  ["order_acknowledged", "order_rejected"] as const,
);
/** Nothing is due by then. */
const never = epochMs(0);

/** What the desk asked of an order the venue has, and it has not done yet. */
interface Asked {
  replaces: (VenueCommand & { readonly kind: "replace" })[];
  cancel: VenueCommand | null;
}

/** An order on its way to the venue, and when it is there. */
interface Sent {
  readonly command: VenueCommand;
  readonly at: EpochMs | undefined;
}

export interface ReplayedReport {
  /** As the replay calls the order. */
  readonly orderId: OrderId;
  readonly recorded: OrderTransaction;
  readonly mark: PriceMark | undefined;
}

export class ReplayedVenue {
  /** Reports the desk has not taken yet, in order. */
  reports: ExecutionReport[] = [];
  readonly #engine: FillEngine;
  readonly #reader: PriceReader;
  readonly #symbols: readonly string[];
  readonly #latencyMs: number;
  readonly #sent = new Map<OrderId, Sent>();
  readonly #asked = new Map<OrderId, Asked>();
  readonly #held = new Set<OrderId>();
  #isSilent = false;

  constructor(
    prices: RecordedPrices,
    of: { readonly seed: string; readonly hours: TradingHours; readonly fills: FillSettings },
  ) {
    const { seed, hours, fills } = of;
    this.#reader = new PriceReader(prices);
    this.#symbols = prices.symbols;
    this.#latencyMs = fills.latencyMs;
    this.#engine = createFillEngine({ ...fills, name: venueName, seed, hours, quoteAges });
  }

  /**
   * The desk asks something; it is done once the recording tells of it. `sentAt` is when an order
   * was handed to the venue, where that is known.
   */
  hear(command: VenueCommand, sentAt: EpochMs | undefined): void {
    const { orderId } = command.order;
    if (command.kind === "submit") return void this.#sent.set(orderId, { command, at: sentAt });
    const asked = this.#asked.get(orderId) ?? { replaces: [], cancel: null };
    this.#asked.set(orderId, asked);
    if (command.kind === "replace") asked.replaces.push(command);
    else asked.cancel = command;
  }

  /** Goes on to where the venue made a recorded report; what it says then is in {@link reports}. */
  reach(report: ReplayedReport): void {
    const { orderId, recorded, mark } = report;
    const { time } = recorded;
    const quotedAt = mark?.quotedAt ?? 0;
    const asked = this.#asked.get(orderId);
    const command = asked === undefined ? null : takeCommand(asked, recorded);
    // Anything else a price brings about, or time alone once the price has not.
    const isPriced = command === null && !timed.has(recorded.type) && mark?.silent !== true &&
      !this.#sent.has(orderId);
    this.#showUntil(quotedAt, { orAt: !isPriced });
    this.#hearOf(mark, time);
    // One that came in this very moment lets what is due happen, and a price may have been quicker.
    this.#submitBefore(time);
    if (isPriced) {
      const before = this.reports.length;
      this.#showAt(quotedAt, time);
      if (this.reports.slice(before).some((one) => one.orderId === orderId)) return;
    }
    this.#submitBefore(time + 1);
    this.#submitFor(report);
    if (command !== null) this.#take(carryOut(this.#engine, command, time));
    else this.#take(this.#engine.advance(time));
  }

  /** Orders that have reached the venue before a moment; without latency each waits for its word. */
  #submitBefore(time: number): void {
    if (this.#latencyMs === 0) return;
    for (const [id, { at }] of this.#sent) {
      if (at !== undefined && at < time) this.#submit(id, at);
    }
  }

  /** The order a report is the first word of. */
  #submitFor({ orderId, recorded: { time, type } }: ReplayedReport): void {
    // Where nobody noted it: one that was canceled on its way there had just left.
    const left = type === "order_canceled" ? time : epochMs(time - this.#latencyMs);
    this.#submit(orderId, this.#sent.get(orderId)?.at ?? left);
  }

  #submit(orderId: OrderId, at: EpochMs): void {
    const sent = this.#sent.get(orderId);
    if (sent === undefined) return;
    this.#sent.delete(orderId);
    this.#take(carryOut(this.#engine, sent.command, at));
  }

  /** Prices before a moment, or at it too, each at its own time. */
  #showUntil(quotedAt: number, { orAt }: { readonly orAt: boolean }): void {
    const isBefore = (at: number) => at < quotedAt || (orAt && at === quotedAt);
    for (let at = this.#reader.nextAt; isBefore(at); at = this.#reader.nextAt) {
      if (this.#held.size === 0) this.#passOver(isBefore);
      else this.#show([this.#takeUndue()], epochMs(at));
    }
  }

  /** Nothing waits for a price, so that the newest of each symbol will do. */
  #passOver(isBefore: (at: number) => boolean): void {
    const newest = new Map<string, Quote>();
    let now = epochMs(0);
    for (let at = this.#reader.nextAt; isBefore(at); at = this.#reader.nextAt) {
      now = epochMs(at);
      const quote = this.#reader.take(now);
      newest.set(quote.symbol, quote);
    }
    this.#show([...newest.values()], now);
  }

  /** The prices of a moment, as they reached the venue later. */
  #showAt(quotedAt: number, now: EpochMs): void {
    const quotes: Quote[] = [];
    while (this.#reader.nextAt === quotedAt) quotes.push(this.#takeUndue());
    if (quotes.length > 0) this.#show(quotes, now);
  }

  /** The next price, received before anything falls due. */
  #takeUndue(): Quote {
    return this.#reader.take(epochMs(Math.min(this.#reader.nextAt, this.#engine.nextDueAt() - 1)));
  }

  #show(quotes: readonly Quote[], now: EpochMs): void {
    this.#speak(now);
    this.#take(this.#engine.quotes(quotes, now, never));
  }

  /** The venue lives, or has fallen silent. */
  #hearOf(mark: PriceMark | undefined, now: EpochMs): void {
    if (mark === undefined) return;
    if (mark.silent !== true) return this.#speak(now);
    if (this.#isSilent) return;
    this.#isSilent = true;
    const at = epochMs(Math.min(now, this.#engine.nextDueAt() - 1));
    this.#take(this.#engine.stands({ withdrawn: [...this.#symbols], restored: [] }, at));
  }

  #speak(now: EpochMs): void {
    if (!this.#isSilent) return;
    this.#isSilent = false;
    this.#take(this.#engine.stands({ withdrawn: [], restored: [...this.#symbols] }, now));
  }

  #take({ reports, changes }: EngineEffects): void {
    this.reports.push(...reports);
    for (const [orderId, held] of changes) {
      if (held !== null) this.#held.add(orderId);
      else {
        this.#held.delete(orderId);
        this.#asked.delete(orderId);
      }
    }
  }
}

/** What a report answers, taken from what was asked; `null` where the venue did it of itself. */
function takeCommand(asked: Asked, recorded: OrderTransaction): VenueCommand | null {
  switch (recorded.type) {
    case "order_replaced":
      return takeReplace(asked, recorded.replacement.revision);
    case "order_replace_rejected":
      return takeReplace(asked, recorded.revision);
    case "order_cancel_rejected":
      return asked.cancel;
    case "order_canceled":
      if (recorded.text === null) return asked.cancel;
      // Replaced by a size that had filled already; the next replace in turn did it.
      return recorded.text.startsWith("replaced by") ? asked.replaces.shift() ?? null : null;
    default:
      return null;
  }
}

function takeReplace(asked: Asked, revision: Replacement["revision"]): VenueCommand | null {
  const at = asked.replaces.findIndex(({ replacement }) => replacement.revision === revision);
  return at < 0 ? null : asked.replaces.splice(0, at + 1).at(-1)!;
}
