/**
 * Charges every open position for every end of an FX day, once. A day stays pending, and is tried
 * again, while anything that a charge needs is missing: it is counted in a metric and in the log,
 * and never taken for nothing.
 */

import type { Kysely } from "kysely";
import type { TradingHours } from "../../../shared/domain/fx_week.ts";
import { micros } from "../../../shared/domain/money.ts";
import { QuoteBook } from "../../../shared/domain/quote.ts";
import type {
  FinancingFault,
  FinancingTerms,
} from "../../../shared/domain/settlement/financing.ts";
import { ValueDates } from "../../../shared/domain/settlement/value_date.ts";
import type { Clock } from "../../../shared/domain/time.ts";
import type { Logger } from "../../../shared/runtime/logger.ts";
import type { Metrics } from "../../../shared/runtime/metrics.ts";
import { pause } from "../../../shared/runtime/time.ts";
import type { ChargeFinancing } from "../desk/money_commands.ts";
import type { Desk } from "../desk/desk.ts";
import type { TradingDatabase } from "../desk/tables.ts";
import { chargeOf, type ChargeTerms } from "./charge_of.ts";
import { DayEnds } from "./day_ends.ts";
import {
  chargesOf,
  daysEndedAfter,
  forgetLateFill,
  heldAt,
  type LateFill,
  lateFills,
  lateFillsMax,
  type LatePlace,
} from "./late_fill_store.ts";
import {
  completeDay,
  type EndedDay,
  type HeldPosition,
  keepEndedDay,
  lastEndedDay,
  pendingDays,
  uncharged,
} from "./roll_store.ts";

/** How long after its end a day is charged, so that its last fills are booked. */
const graceMs = 5_000;
const everyMs = 1_000;
/** Charges given to the desk at once at most. */
const batchMax = 500;

export interface RollsDeps {
  readonly db: Kysely<TradingDatabase>;
  readonly desk: Desk;
  readonly hours: TradingHours;
  readonly marketClock: Clock;
  readonly terms: FinancingTerms;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

interface Missing {
  readonly day: string;
  /** How many positions wait for what. */
  readonly faults: ReadonlyMap<FinancingFault, number>;
}

/** Adds positions to what their day waits for. */
function countMissing(
  missing: Missing[],
  { day, fault, positions = 1 }: { day: string; fault: FinancingFault; positions?: number },
): void {
  const at = missing.findIndex((one) => one.day === day);
  const before = missing[at]?.faults ?? new Map<FinancingFault, number>();
  const faults = new Map(before).set(fault, (before.get(fault) ?? 0) + positions);
  if (at < 0) missing.push({ day, faults });
  else missing[at] = { day, faults };
}

export class Rolls {
  readonly #deps: RollsDeps;
  readonly #ends: DayEnds;
  readonly #values = new ValueDates();
  /** What was said last about each pending day, so that it is said once. */
  readonly #said = new Map<string, string>();
  /** How far through the late fills it is, what of them waits so far, and what the round before found. */
  #late: { after: LatePlace | null; waiting: Missing[]; all: Missing[] } = {
    after: null,
    waiting: [],
    all: [],
  };

  constructor(deps: RollsDeps) {
    this.#deps = deps;
    this.#ends = new DayEnds(deps.hours.calendar);
  }

  /** Goes on after the last day the store knows of; call before the first quote. */
  async begin(): Promise<void> {
    const last = await lastEndedDay(this.#deps.db);
    if (last !== null) this.#ends.beginAfter(Temporal.PlainDate.from(last));
  }

  /** Quotes that were news, in order. */
  take: DayEnds["take"] = (quotes) => this.#ends.take(quotes);

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(everyMs, signal);
      try {
        if (!signal.aborted) await this.tick();
      } catch (error) {
        this.#deps.logger.error({ err: error }, "positions not rolled, will retry");
      }
    }
  }

  /** Keeps the days that have ended, and charges those that are due. */
  async tick(): Promise<void> {
    const { db, marketClock } = this.#deps;
    const now = marketClock.now();
    // A clock that the quotes move stands at 0 before the first.
    if (now === 0) return;
    if (!this.#ends.begun) await this.#beginNow();
    this.#ends.reach(now);
    for (const ended of this.#ends.ended()) await keepEndedDay(db, ended, false);
    const missing: Missing[] = [];
    for (const ended of await pendingDays(db)) {
      if (now < ended.endedAt + graceMs) continue;
      missing.push({ day: ended.day, faults: await this.#charge(ended) });
    }
    await this.#correctLate();
    for (const { day, faults } of this.#late.all) {
      for (const [fault, positions] of faults) countMissing(missing, { day, fault, positions });
    }
    this.#report(missing);
  }

  /**
   * Puts right what fills that came late would have changed of rolls that are done: so many at each
   * tick, going on where the last one stopped. One that waits, or fails, holds up none behind it.
   */
  async #correctLate(): Promise<void> {
    const page = await lateFills(this.#deps.db, this.#late.after);
    for (const late of page) {
      this.#late.after = late;
      await this.#correctOne(late);
    }
    if (page.length < lateFillsMax) {
      this.#late = { after: null, waiting: [], all: this.#late.waiting };
    }
  }

  async #correctOne(late: LateFill): Promise<void> {
    const { db } = this.#deps;
    const days = await daysEndedAfter(db, late.time);
    if (days.some(({ completed }) => !completed)) return; // once that day is done
    let waits = false;
    for (const ended of days) {
      for (const held of await heldAt(db, late, ended)) {
        const fault = await this.#correct(held, ended);
        if (fault === null) continue;
        waits = true;
        countMissing(this.#late.waiting, { day: ended.day, fault });
      }
    }
    if (!waits) await forgetLateFill(db, late);
  }

  get #chargedBy(): ChargeTerms {
    const { terms, hours } = this.#deps;
    return { terms, values: this.#values, calendar: hours.calendar };
  }

  /** Charges what a position owes for a day, less what it has been charged. */
  async #correct(held: HeldPosition, ended: EndedDay): Promise<FinancingFault | null> {
    const charged = await chargesOf(this.#deps.db, held, ended.day);
    const last = charged.at(-1);
    if (held.units === (last?.units ?? 0)) return null;
    const priced = held.units === 0 ? { ...held, units: last!.units } : held;
    const whole = chargeOf(priced, { ...ended, quotes: this.#quotesOf(ended) }, this.#chargedBy);
    if (typeof whole === "string") return whole;
    if (whole === null) return null;
    const before = charged.reduce((sum, one) => sum + one.financed, 0n);
    const owed = held.units === 0 ? 0n : whole.charge.financed;
    const correction = last === undefined ? {} : { correction: charged.length + 1 };
    const financed = micros(owed - before);
    const charge = { ...whole.charge, units: held.units, financed, ...correction };
    const outcome = await this.#deps.desk.submit({ ...whole, charge });
    return outcome.ok ? null : "conversion_rate_missing";
  }

  /** The first start: what ended before there were accounts is done with. */
  async #beginNow(): Promise<void> {
    const { db, marketClock } = this.#deps;
    const now = marketClock.now();
    const before = this.#ends.beginAt(now);
    const none = { day: before.toString(), endedAt: now, quotes: new QuoteBook() };
    await keepEndedDay(db, none, true);
  }

  async #charge(ended: EndedDay): Promise<Missing["faults"]> {
    const { db, desk, logger, metrics } = this.#deps;
    const positions = await uncharged(db, ended);
    const faults = new Map<FinancingFault, number>();
    const count = (fault: FinancingFault) => faults.set(fault, (faults.get(fault) ?? 0) + 1);
    const commands: ChargeFinancing[] = [];
    const quotes = this.#quotesOf(ended);
    const by = this.#chargedBy;
    for (const held of positions) {
      const charge = chargeOf(held, { ...ended, quotes }, by);
      if (typeof charge === "string") count(charge);
      else if (charge !== null) commands.push(charge);
    }
    for (let at = 0; at < commands.length; at += batchMax) {
      const batch = commands.slice(at, at + batchMax);
      for (const outcome of await Promise.all(batch.map((one) => desk.submit(one)))) {
        if (!outcome.ok) count("conversion_rate_missing");
        else if ((outcome.transactions?.length ?? 0) > 0) {
          metrics.counter("spotwire_financing_charged_total", "Positions charged for a roll").inc();
        }
      }
    }
    if (faults.size > 0) return faults;
    await completeDay(db, ended.day);
    this.#said.delete(ended.day);
    logger.info({ day: ended.day, positions: commands.length }, "positions rolled");
    return faults;
  }

  /** The day's last quotes, and the newest of symbols that had none yet. */
  #quotesOf(ended: EndedDay): QuoteBook {
    const quotes = new QuoteBook();
    for (const quote of ended.quotes.all()) quotes.apply(quote);
    for (const quote of this.#ends.quotes.all()) {
      if (ended.quotes.get(quote.symbol) === undefined) quotes.apply(quote);
    }
    return quotes;
  }

  #report(missing: readonly Missing[]): void {
    const gauge = this.#deps.metrics.gauge(
      "spotwire_financing_pending_positions",
      "Positions whose roll waits for what is missing",
      ["day", "fault"],
    );
    gauge.reset();
    for (const { day, faults } of missing) {
      for (const [fault, positions] of faults) gauge.set({ day, fault }, positions);
      const text = JSON.stringify([...faults]);
      if (faults.size === 0 || this.#said.get(day) === text) continue;
      this.#said.set(day, text);
      this.#deps.logger.error(
        { day, ...Object.fromEntries(faults) },
        "positions wait for what their roll needs",
      );
    }
  }
}
