/**
 * A backtest: the desk's rules, the books, the simulated venue and a strategy over recorded prices,
 * on a clock that the prices move. Nothing in it knows the real time or real chance, so the same
 * prices, strategy and settings give the same report, byte for byte.
 *
 * Most prices set nothing off. Each symbol has bounds within which neither an order nor the margin
 * rule could be touched (`bounds.ts`, `margin_bounds.ts`); a quote within them costs a few compares
 * and the strategy's own callback, and desk and venue are shown it only once somebody looks.
 */

import { valueAccount } from "../../../../shared/domain/account.ts";
import type { AccountId } from "../../../../shared/domain/ids.ts";
import { notional, type Price, type Symbol, units } from "../../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../../shared/domain/instruments.ts";
import { levelsFor, marginNeed } from "../../../../shared/domain/margin.ts";
import { convert, type Micros, micros } from "../../../../shared/domain/money.ts";
import { type Quote, twiceMid } from "../../../../shared/domain/quote.ts";
import { epochMs } from "../../../../shared/domain/time.ts";
import type {
  Order as SdkOrder,
  Transaction as SdkTransaction,
} from "../../../../shared/sdk/generated/types.gen.ts";
import { StrategyHost } from "../../../../shared/sdk/strategy/host.ts";
import type { Strategy } from "../../../../shared/sdk/strategy/strategy.ts";
import { toOrderView } from "../../orders/order_view.ts";
import { narrowAround, narrowForOrder } from "./bounds.ts";
import { Carry } from "./carry.ts";
import { Curve, type Standing } from "./curve.ts";
import { Findings } from "./findings.ts";
import { marginBounds } from "./margin_bounds.ts";
import { type Happened, PaperDesk } from "./paper_desk.ts";
import { PaperPort } from "./paper_port.ts";
import { BacktestFailed, type BacktestSettings } from "./settings.ts";
import { Slot } from "./slot.ts";
import type { TapePiece } from "./tape.ts";

/** A longer silence is a weekend or a hole in the recording: nothing says the venue was alive. */
const holeMs = 3_600_000;
/** Rounds of a strategy answering what its own answers led to, within one moment, at most. */
const roundsMax = 10_000;

/** The account that every run has for itself. */
export const backtestAccount = "backtest" as AccountId;
const accountId = backtestAccount;

export interface BacktestOptions {
  readonly settings: BacktestSettings;
  readonly strategy: Strategy;
  /** Of the tape, in its order: those traded, and those that only convert. */
  readonly symbols: readonly Symbol[];
  /** Shows desk and venue every price, whether or not anything can come of it; default false. */
  readonly isEager?: boolean;
}

export class Backtest {
  readonly settings: BacktestSettings;
  readonly #isEager: boolean;
  readonly findings = new Findings();
  readonly curve: Curve;
  readonly desk: PaperDesk;
  readonly #slots: readonly Slot[];
  readonly #bySymbol = new Map<string, Slot>();
  readonly #host: StrategyHost;
  readonly #port: PaperPort;
  readonly #carry: Carry;
  readonly #fresh: Quote[] = [];
  /** Booked, and not yet told to the strategy. */
  #untold: Happened[] = [];
  #now: number;
  /** When something is due that no price brings. */
  #wakeAt = -Infinity;
  #quoteAt = -Infinity;
  /** The desk's version that the bounds were drawn for. */
  #drawn = -1;
  #heldSince: number | null = null;
  #heldMs = 0;
  readonly quotes = { count: 0, refused: 0 };
  #firstQuoteAt: number | null = null;

  constructor({ settings, strategy, symbols, isEager = false }: BacktestOptions) {
    this.#isEager = isEager;
    const { from, to, balance: opening, terms } = settings;
    this.settings = settings;
    this.#now = from;
    this.curve = new Curve({ from, to, opening });
    this.desk = new PaperDesk(settings, accountId, (happened) => this.#book(happened));
    this.#port = new PaperPort(this.desk, this.findings, () => this.#look());
    const instruments = symbols.map(instrumentOf);
    const traded = new Set<string>(settings.symbols);
    this.#host = new StrategyHost({
      strategy,
      symbols: instruments.filter(({ symbol }) => traded.has(symbol)),
      port: this.#port,
      clientOrderPrefix: "bot-",
    });
    this.#slots = instruments.map((one) => new Slot(one, this.#host.view(one.symbol)));
    for (const slot of this.#slots) this.#bySymbol.set(slot.instrument.symbol, slot);
    this.#carry = new Carry(terms.financing, this.desk);
  }

  /** Opens the account and starts the strategy. */
  start(): void {
    const { currency, balance: deposit, from } = this.settings;
    this.#look();
    this.#carry.begin(epochMs(from));
    this.desk.do({ kind: "open_account", accountId, currency, deposit });
    this.#host.start(from);
    this.#settle();
    this.#draw();
  }

  /** Goes on over the next prices of the tape; what is not within the period is passed over. */
  feed(piece: TapePiece): void {
    const { length, time, bid, ask, slot } = piece;
    const { to, from } = this.settings;
    const slots = this.#slots;
    for (let at = 0; at < length; at++) {
      const now = time[at]!;
      if (now < from) continue;
      if (now >= to) return;
      const one = slots[slot === null ? 0 : slot[at]!]!;
      const { view } = one;
      const [bidPoints, askPoints] = [bid[at]!, ask[at]!];
      if (bidPoints <= 0 || askPoints <= bidPoints || now < this.#quoteAt) {
        this.quotes.refused++;
        continue;
      }
      if (now >= this.#wakeAt || now >= this.#host.nextTimerAt) this.#wake(now);
      this.#firstQuoteAt ??= now;
      view.bidPoints = bidPoints;
      view.askPoints = askPoints;
      view.time = now;
      one.sequence++;
      this.#now = this.#quoteAt = now;
      if (one.isHeld) one.stretch();
      if (this.#isEager || !one.isWithin()) this.#touch();
      if (!one.isTraded) continue;
      this.#host.moved(view);
      if (this.#port.hasAsked) this.#settle();
    }
  }

  /** The tape is over: lets what is due in the period happen, and stops the strategy. */
  finish(): void {
    this.#wake(this.settings.to);
    this.#now = this.settings.to;
    this.#look();
    this.#host.at(this.#now);
    this.#host.stop();
    this.#settle();
    this.#note();
    if (this.#heldSince !== null) this.#heldMs += this.#now - this.#heldSince;
    this.#heldSince = null;
    for (const slot of this.#slots) this.quotes.count += slot.sequence;
  }

  /** Times of the first price and of the last. */
  get firstQuoteAt(): number | null {
    return this.#firstQuoteAt;
  }

  get lastQuoteAt(): number | null {
    return this.#quoteAt === -Infinity ? null : this.#quoteAt;
  }

  /** Milliseconds with a position. */
  get heldMs(): number {
    return this.#heldMs;
  }

  extremesOf(symbol: Symbol): Slot["extremes"] {
    return this.#bySymbol.get(symbol)!.extremes;
  }

  /** The account as it stands; `null` while something of it has no price. */
  standing(): Standing | null {
    const { account, market } = this.desk;
    const valued = valueAccount(account, market);
    if (valued === null) return null;
    const { equity, marginUsed } = valued;
    return { equity, marginUsed, balance: account.balance, notional: this.#notional() };
  }

  #notional(): Micros {
    const { account, market } = this.desk;
    let sum = 0n;
    for (const { symbol, units: held } of account.positions.values()) {
      const instrument = instrumentOf(symbol);
      const doubled = notional(
        twiceMid(market.quotes.get(symbol)!) as Price,
        units(Math.abs(held)),
        instrument,
      );
      const rate = market.rates.rate(instrument.quote, account.currency)!;
      sum += convert(doubled, rate) / 2n;
    }
    return micros(sum);
  }

  /** Everything that is due by a moment and that no price brings, in order. */
  #wake(until: number): void {
    const { desk, curve } = this;
    for (;;) {
      const day = this.#carry.nextAt;
      const due = desk.nextDueAt;
      const at = Math.min(due, day, curve.nextAt, this.#host.nextTimerAt);
      this.#wakeAt = at;
      if (at > until) return;
      this.#now = Math.max(this.#now, at);
      this.#look();
      if (at === due) this.#settle();
      else if (at === day) this.#endDay();
      else if (at === curve.nextAt) curve.sample(at, this.standing());
      else {
        this.#host.ring(at);
        this.#settle();
      }
    }
  }

  #endDay(): void {
    const market = this.desk.market;
    for (const missed of this.#carry.charge(this.#now)) this.findings.missRoll(missed);
    this.#settle();
    this.curve.endDay(valueAccount(this.desk.account, market));
  }

  /** Shows desk and venue the time and the prices they have not seen; what was due happens. */
  #look(): void {
    const { desk } = this;
    const now = epochMs(this.#now);
    const fresh = this.#fresh;
    fresh.length = 0;
    for (const slot of this.#slots) {
      if (slot.sequence === slot.known) continue;
      slot.known = slot.sequence;
      fresh.push(slot.quote());
    }
    if (fresh.length > 1) fresh.sort((a, b) => a.receivedTime - b.receivedTime);
    const heardAt = now - this.#quoteAt <= holeMs ? now : epochMs(Math.max(0, this.#quoteAt));
    desk.at(now, heardAt);
    if (fresh.length > 0) desk.price(fresh);
    desk.advance();
  }

  /** A price went beyond its symbol's bounds. */
  #touch(): void {
    this.#look();
    this.#settle();
    this.#draw();
  }

  /** Until desk, venue, margin and strategy have nothing more to say at this moment. */
  #settle(): void {
    for (let round = 0; round < roundsMax; round++) {
      this.#port.hasAsked = false;
      this.desk.settle();
      if (!this.#tell() && !this.#assess()) {
        if (this.#drawn !== this.desk.version) {
          this.#note();
          this.#draw();
        }
        return;
      }
    }
    throw new BacktestFailed("The strategy answers its own orders without end");
  }

  /** Tells the strategy what was booked and refused; whether it heard anything. */
  #tell(): boolean {
    const untold = this.#untold;
    const refusals = this.#port.takeRefusals();
    const placed = this.#port.takePlaced();
    if (untold.length + refusals.length + placed.length === 0) return false;
    this.#untold = [];
    for (const happened of untold) {
      const { order } = happened;
      const slot = order === undefined ? undefined : this.#bySymbol.get(order.symbol);
      const by = { quotes: this.desk.quotes, extremes: slot?.extremes ?? null };
      const view = this.findings.take(happened, by);
      if (happened.transaction.type === "order_filled") this.#hold(slot!, happened);
      // As JSON the views have no undefined fields, which is all that parts them from the client's.
      const about = order === undefined ? undefined : toOrderView(order) as SdkOrder;
      this.#host.transaction(view as SdkTransaction, about);
    }
    for (const order of placed) this.#host.placed(order);
    for (const refusal of refusals) {
      this.findings.refuse(refusal.code);
      this.#host.refused(refusal);
    }
    return true;
  }

  /** Whether the margin rule asked for something. */
  #assess(): boolean {
    const { account, market } = this.desk;
    const levels = levelsFor(market.terms.margin, account.accountId);
    if (marginNeed(account, levels, market) === null) return false;
    const before = account.lastTransactionId;
    this.desk.do({ kind: "assess_margin", accountId });
    return account.lastTransactionId > before;
  }

  #book(happened: Happened): void {
    this.#untold.push(happened);
  }

  /** Keeps count of what is held, and since when. */
  #hold(slot: Slot, { transaction }: Happened): void {
    if (transaction.type !== "order_filled") return;
    const before = slot.heldUnits;
    slot.heldUnits += transaction.units;
    slot.isHeld = slot.heldUnits !== 0;
    const begins = slot.isHeld && before * slot.heldUnits <= 0;
    if (begins) slot.beginExtremes();
    const holds = this.#slots.some((one) => one.isHeld);
    if (holds && this.#heldSince === null) this.#heldSince = this.#now;
    if (!holds && this.#heldSince !== null) {
      this.#heldMs += this.#now - this.#heldSince;
      this.#heldSince = null;
    }
  }

  #note(): void {
    const standing = this.standing();
    if (standing !== null) this.curve.note(this.#now, standing);
  }

  /** Draws every symbol's bounds anew. */
  #draw(): void {
    this.#drawn = this.desk.version;
    for (const { bounds } of this.#slots) {
      bounds.lowBid = bounds.lowAsk = -Infinity;
      bounds.highBid = bounds.highAsk = Infinity;
    }
    for (const held of this.desk.held.values()) {
      narrowForOrder(this.#bySymbol.get(held.order.symbol)!.bounds, held);
    }
    this.#wakeAt = Math.min(this.#wakeAt, this.desk.nextDueAt, this.#host.nextTimerAt);
    const { account, market } = this.desk;
    if (account.positions.size === 0) return;
    const valued = valueAccount(account, market);
    const levels = levelsFor(market.terms.margin, account.accountId);
    for (const slot of this.#slots) {
      const { symbol } = slot.instrument;
      const far = valued === null ? 0 : marginBounds(account, valued, { levels, ...market })
        .get(symbol);
      const quote = market.quotes.get(symbol);
      if (far !== undefined && quote !== undefined) narrowAround(slot.bounds, quote, far);
    }
  }
}
