/**
 * A session as it runs live, in virtual time: prices, orders and reports each take a while on their
 * way, so that desk and venue know the prices to different points and their words cross. The desk's
 * rules and the venue's engine are the real ones.
 */

import {
  type ExecutionReport,
  fromReportData,
  toReportData,
} from "../../../../shared/contracts/messages/executions.ts";
import { emptyAccount } from "../../../../shared/domain/account.ts";
import type { AccountId } from "../../../../shared/domain/ids.ts";
import { price, type Symbol } from "../../../../shared/domain/instrument.ts";
import { legOf } from "../../../../shared/domain/position.ts";
import { levelsFor, marginNeed } from "../../../../shared/domain/margin.ts";
import { type Quote, QuoteBook } from "../../../../shared/domain/quote.ts";
import { type Random, seededRandom } from "../../../../shared/domain/random.ts";
import { quoteRates } from "../../../../shared/domain/rates.ts";
import { ValueDates } from "../../../../shared/domain/settlement/value_date.ts";
import { type EpochMs, epochMs } from "../../../../shared/domain/time.ts";
import type { Transaction } from "../../../../shared/domain/transaction.ts";
import { createFillEngine } from "../../../../shared/venues/fill_engine.ts";
import { MinHeap } from "../../../../shared/venues/min_heap.ts";
import type { EngineEffects } from "../../../../shared/venues/venue.ts";
import { forgetEndedOrders } from "../../desk/books_store.ts";
import type { Command } from "../../desk/commands.ts";
import type { Market } from "../../desk/decision.ts";
import { marked } from "../../desk/marked.ts";
import { venueCommandOf } from "../../desk/venue_command.ts";
import { chargeOf } from "../../financing/charge_of.ts";
import { DayEnds } from "../../financing/day_ends.ts";
import { fromTransactionView, toTransactionView } from "../../transactions/transaction_view.ts";
import { carryOut } from "../engine/carry_out.ts";
import { MemoryDesk } from "../engine/memory_desk.ts";
import type { RecordedPrices } from "../journal/recorded_prices.ts";
import type { ReplaySettings } from "../journal/replay_journal.ts";

export const accountId = "paper" as AccountId;
/** How often the market ticks, the venue looks at the clock, and margins are assessed. */
const everyMs = { flush: 100, advance: 20, margin: 100 };
/** How long a day's end waits for its last fills. */
const graceMs = 5_000;

export interface Walked {
  readonly symbol: Symbol;
  /** Points: where it begins, and what it moves by at most. */
  readonly bid: number;
  readonly stepMax: number;
}

export interface SessionOptions {
  readonly seed: string;
  readonly startAt: number;
  readonly lagMsMax: number;
  /** In the order of their instruments. */
  readonly walks: readonly Walked[];
  readonly settings: ReplaySettings;
}

interface Event {
  readonly at: number;
  readonly turn: number;
  readonly run: () => void;
}

/** A way on which things stay in order, however long each of them takes. */
class Way {
  #last = 0;
  arrival(at: number): number {
    return this.#last = Math.max(this.#last, at);
  }
}

export class LaggingSession {
  readonly account = emptyAccount(accountId);
  readonly transactions: Transaction[] = [];
  readonly ticks: Quote[] = [];
  readonly random: Random;
  readonly #options: SessionOptions;
  readonly #desk = new MemoryDesk(this.account);
  readonly #engine;
  readonly #deskPrices = new QuoteBook();
  readonly #venuePrices = new QuoteBook();
  readonly #ends: DayEnds;
  readonly #events = new MinHeap<Event>((a, b) =>
    a.at < b.at || (a.at === b.at && a.turn < b.turn)
  );
  readonly #ways = {
    deskPrices: new Way(),
    venuePrices: new Way(),
    orders: new Way(),
    reports: new Way(),
  };
  readonly #bids: number[];
  #now: number;
  #turn = 0;
  #underWay = 0;
  #isOver = false;

  constructor(options: SessionOptions) {
    const { settings: { hours, fills, seed }, walks, startAt } = options;
    this.#options = options;
    this.random = seededRandom(options.seed);
    this.#engine = createFillEngine({ name: "simulator", seed, hours, ...fills });
    this.#bids = walks.map(({ bid }) => bid);
    this.#now = startAt;
    this.#ends = new DayEnds(hours.calendar);
    this.#ends.beginAt(epochMs(startAt));
    this.#every(everyMs.flush, () => this.#flush());
    this.#every(everyMs.advance, () => this.#advance());
    this.#every(everyMs.margin, () => this.#assess());
    this.#every(1_000, () => this.#roll());
  }

  get now(): EpochMs {
    return epochMs(this.#now);
  }

  get market(): Market {
    const { hours, terms } = this.#options.settings;
    const quotes = this.#deskPrices;
    return { now: this.now, quotes, rates: quoteRates(quotes), hours, terms };
  }

  /** As a store would give them back. */
  get recorded(): Transaction[] {
    return this.transactions.map((one) => fromTransactionView(toTransactionView(one)));
  }

  /** The ticks as they are archived: by venue time, of one moment in the order of the symbols. */
  get prices(): RecordedPrices {
    const symbols = this.#options.walks.map(({ symbol }) => symbol);
    const slotOf = new Map(symbols.map((symbol, slot) => [symbol, slot]));
    const ticks = this.ticks.toSorted((a, b) =>
      a.venueTime - b.venueTime || slotOf.get(a.symbol)! - slotOf.get(b.symbol)!
    );
    const piece = {
      length: ticks.length,
      time: Float64Array.from(ticks, (one) => one.venueTime),
      bid: Int32Array.from(ticks, (one) => one.bid),
      ask: Int32Array.from(ticks, (one) => one.ask),
      slot: Uint8Array.from(ticks, (one) => slotOf.get(one.symbol)!),
    };
    return { symbols, pieces: [piece] };
  }

  /** Lets time pass. */
  pass(ms: number): void {
    const until = this.#now + ms;
    for (
      let next = this.#events.peek();
      next !== undefined && next.at <= until;
      next = this.#events.peek()
    ) {
      this.#events.pop();
      this.#now = next.at;
      next.run();
    }
    this.#now = until;
  }

  /** Nothing happens of itself any more, and what is under way arrives: no word is cut short. */
  end(): void {
    this.#isOver = true;
    while (this.#underWay > 0) this.pass(1);
  }

  do(command: Command): void {
    const { market } = this;
    const { booked } = marked(this.#desk.decide(command, market), command, market);
    for (const { transaction, order } of booked) {
      this.transactions.push(transaction);
      const asked = order === undefined ? null : venueCommandOf(transaction, order);
      if (asked === null) continue;
      this.#later(this.#ways.orders, () => this.#tell(carryOut(this.#engine, asked, this.now)));
    }
    forgetEndedOrders(this.account);
  }

  #every(ms: number, run: () => void): void {
    const again = () => {
      if (this.#isOver) return;
      run();
      this.#at(this.#now + ms, again);
    };
    this.#at(this.#now + ms, again);
  }

  #at(at: number, run: () => void): void {
    this.#events.push({ at, turn: this.#turn++, run });
  }

  #later(way: Way, run: () => void): void {
    const lag = Math.floor(this.random.next() * (this.#options.lagMsMax + 1));
    this.#underWay++;
    this.#at(way.arrival(this.#now + lag), () => {
      this.#underWay--;
      run();
    });
  }

  #flush(): void {
    if (!this.#options.settings.hours.isOpen(this.now)) return;
    const quotes: Quote[] = [];
    this.#options.walks.forEach(({ symbol, stepMax }, at) => {
      if (this.random.next() < 0.5) return;
      const step = Math.round((2 * this.random.next() - 1) * stepMax);
      const bid = this.#bids[at] = Math.max(1_000, this.#bids[at]! + step);
      quotes.push({
        symbol,
        bid: price(bid),
        ask: price(bid + 1 + Math.floor(this.random.next() * 12)),
        venueTime: epochMs(this.#now - Math.floor(this.random.next() * everyMs.flush)),
        receivedTime: this.now,
        sequence: this.ticks.length + quotes.length + 1,
      });
    });
    quotes.sort((a, b) => a.venueTime - b.venueTime);
    this.ticks.push(...quotes);
    const heardAt = this.now;
    this.#later(this.#ways.deskPrices, () => {
      this.#deskPrices.heard(heardAt);
      for (const quote of quotes) this.#deskPrices.apply(quote);
      this.#ends.take(quotes);
    });
    this.#later(this.#ways.venuePrices, () => {
      this.#venuePrices.heard(heardAt);
      this.#tell(this.#engine.quotes(quotes, this.now));
    });
  }

  #advance(): void {
    this.#tell(this.#engine.advance(this.now, this.#venuePrices.heardAt));
  }

  #tell({ reports }: EngineEffects): void {
    for (const data of reports.map(toReportData)) {
      const report: ExecutionReport = fromReportData(data);
      this.#later(this.#ways.reports, () => this.do({ kind: "apply_report", accountId, report }));
    }
  }

  #assess(): void {
    const { market, account } = this;
    if (account.lastTransactionId === 0) return;
    if (marginNeed(account, levelsFor(market.terms.margin, accountId), market) === null) return;
    this.do({ kind: "assess_margin", accountId });
  }

  /** Charges what is held now for the day that ended: nobody trades in these seconds. */
  #roll(): void {
    const { hours, terms } = this.#options.settings;
    this.#ends.reach(this.now);
    const by = { terms: terms.financing, values: new ValueDates(), calendar: hours.calendar };
    for (const ended of this.#ends.ended()) {
      this.#at(ended.endedAt + graceMs, () => {
        for (const { symbol, units } of this.account.positions.values()) {
          const leg = legOf(this.account.positionMode, units);
          const charge = chargeOf({ accountId, symbol, leg, units }, ended, by);
          if (charge !== null && typeof charge !== "string") this.do(charge);
        }
      });
    }
  }
}
