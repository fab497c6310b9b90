/** The order ticket's state: the form, what the platform would say to it, and sending it. */

import {
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
  untracked,
} from "@preact/signals";
import { formatScaledBig } from "../../../../../shared/domain/decimal.ts";
import { micros, parseMicros } from "../../../../../shared/domain/money.ts";
import { orderTypeRules, type Side } from "../../../../../shared/domain/orders/order.ts";
import type { PlaceOrder, Spotwire } from "../../../../../shared/sdk/mod.ts";
import type { AccountStore } from "../account/account_store.ts";
import type { Kept } from "../core/kept.ts";
import type { Machine } from "../core/machine.ts";
import { Newest } from "../core/newest.ts";
import type { Notices } from "../core/notices.ts";
import type { Router } from "../core/route.ts";
import type { Instruments } from "../market/instruments.ts";
import type { QuoteStore } from "../market/quote_store.ts";
import { type Estimate, estimate } from "./estimates.ts";
import { explainRefusal, type Refusal, type SentPrices } from "./refusals.ts";
import { unitsOfLots, unitsOfRisk } from "./sizing.ts";
import {
  emptyForm,
  orderOf,
  stopOf,
  type TicketForm,
  withoutPrices,
  withType,
} from "./ticket_form.ts";
import { groupDigits } from "../ui/numbers.ts";

/** How long the form stands still before the platform is asked about it, in milliseconds. */
const askAfterMs = 300;

/** What the ticket looks at, and sends by. */
export interface TicketParts {
  readonly kept: Kept;
  readonly router: Router;
  readonly client: Spotwire;
  readonly quotes: QuoteStore;
  readonly instruments: Instruments;
  readonly notices: Notices;
  readonly account: AccountStore;
  readonly machine: Machine;
}

export class Ticket {
  readonly form: Signal<TicketForm>;
  readonly refusal: Signal<Refusal | null> = signal(null);
  readonly sending: Signal<boolean> = signal(false);
  /** An order that waits for the person's yes. */
  readonly asking: Signal<PlaceOrder | null> = signal(null);
  readonly symbol: ReadonlySignal<string>;
  readonly #parts: TicketParts;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #newest = new Newest();
  /** A form that nobody touched is not complained of. */
  #isEdited = false;

  constructor(parts: TicketParts) {
    this.#parts = parts;
    const { sizeKind, size } = parts.kept.habits.value;
    this.form = signal({ ...emptyForm, sizeKind, size });
    this.symbol = computed(() => parts.router.route.value.symbol);
    const account = computed(() => parts.account.account.value?.accountId);
    let shown = this.symbol.peek();
    effect(() => {
      void account.value;
      const symbol = this.symbol.value;
      untracked(() => this.#turn(symbol !== shown));
      shown = symbol;
    });
  }

  /** What was said and answered was about another instrument or account; so were the prices. */
  #turn(isOther: boolean): void {
    clearTimeout(this.#timer);
    this.#newest.turn();
    this.refusal.value = null;
    this.asking.value = null;
    if (isOther) {
      this.form.value = withoutPrices(this.form.value);
      this.prefill();
    }
    if (this.#isEdited) this.#checkSoon();
  }

  change(change: Partial<TicketForm>): void {
    const { type, ...rest } = change;
    const next = { ...this.form.value, ...rest };
    this.form.value = type === undefined ? next : withType(next, type);
    const { sizeKind, size } = this.form.value;
    this.#parts.kept.set({ sizeKind, size });
    this.#isEdited = true;
    this.#checkSoon();
  }

  /** Units as text; `null` while what they follow from is missing. */
  units(form = this.form.value): string | null {
    const { size, sizeKind } = form;
    if (sizeKind === "units") return size.replace(/[\s\u202f,]/g, "");
    const instrument = this.#parts.instruments.bySymbol.value.get(this.symbol.value);
    if (instrument === undefined) return null;
    const step = BigInt(instrument.unitsStep);
    const found = sizeKind === "lots"
      ? unitsOfLots(size, instrument.base, step)
      : this.#unitsAtRisk(form, step);
    return found === null ? null : String(found);
  }

  #unitsAtRisk(form: TicketForm, unitsStep: bigint): bigint | null {
    const { quotes, account } = this.#parts;
    const instrument = this.#parts.instruments.get(this.symbol.value);
    const held = account.account.value;
    if (instrument === undefined || held === null) return null;
    const equity = amountOf(account.values.value?.equity ?? undefined);
    const toAccount = quotes.rates.rate(instrument.quote, held.currency);
    const stopDistance = this.#stopDistance(form, instrument.pip);
    if (equity === null || toAccount === null || stopDistance === null) return null;
    return unitsOfRisk(form.size, { equity, stopDistance, toAccount, unitsStep });
  }

  /** From the entry to the stop, in micros; `null` without a stop. */
  #stopDistance(form: TicketForm, pip: string) {
    const order = orderOf(form, { symbol: "", units: "", pip, clientOrderId: "" });
    const distance = stopOf(order)?.distance ?? order.trailingStopLossOnFill?.distance;
    if (distance !== undefined) return amountOf(distance);
    const stop = amountOf(stopOf(order)?.price);
    const entry = amountOf(order.price ?? order.triggerPrice ?? this.#marketPrice(form.side));
    if (stop === null || entry === null) return null;
    return micros(form.side === "buy" ? entry - stop : stop - entry);
  }

  #marketPrice(side: Side): string | undefined {
    const quote = this.#parts.quotes.get(this.symbol.value);
    return side === "buy" ? quote?.ask : quote?.bid;
  }

  estimate(): Estimate | null {
    const { instruments, quotes, account } = this.#parts;
    const instrument = instruments.bySymbol.value.get(this.symbol.value);
    const currency = account.account.value?.currency;
    const units = this.units();
    if (instrument === undefined || currency === undefined || units === null) return null;
    return estimate(instrument, units, { ...pick(quotes), currency });
  }

  /** Sets the price a type needs to where the market is, for one to begin from. */
  prefill(): void {
    const { type, side, price, triggerPrice } = this.form.value;
    const market = this.#marketPrice(side) ?? "";
    const rule = orderTypeRules[type];
    if (!rule.price && !rule.triggerPrice) return;
    this.change({
      ...(rule.price && price === "" ? { price: market } : {}),
      ...(rule.triggerPrice && triggerPrice === "" ? { triggerPrice: market } : {}),
    });
  }

  #order(form: TicketForm): PlaceOrder | Refusal {
    const units = this.units(form);
    const pip = this.#parts.instruments.get(this.symbol.value)?.pip ?? "0.0001";
    if (units === null) return noSize(form);
    const clientOrderId = `console-${this.#parts.machine.newId()}`;
    return orderOf(form, { symbol: this.symbol.value, units, pip, clientOrderId });
  }

  #checkSoon(): void {
    clearTimeout(this.#timer);
    this.#newest.turn();
    this.#timer = setTimeout(() => void this.#check(), askAfterMs);
  }

  /** What the edge would say to the form as it stands. */
  async #check(): Promise<void> {
    const form = this.form.value;
    const accountId = this.#parts.account.account.peek()?.accountId;
    const order = this.#order(form);
    if (accountId === undefined || "code" in order) return this.#say(null);
    const isNewest = this.#newest.ask();
    const refusal = await this.#parts.client.checkOrder(accountId, order)
      .then(() => null, (error) => this.#explain(error, order));
    if (isNewest()) this.#say(refusal);
  }

  /** The same words again are left standing: a screen reader says them once. */
  #say(refusal: Refusal | null): void {
    const before = this.refusal.peek();
    if (refusal?.code === before?.code && refusal?.field === before?.field) return;
    this.refusal.value = refusal;
  }

  #explain(error: unknown, order: PlaceOrder): Refusal {
    const precision = this.#parts.instruments.get(order.symbol)?.pricePrecision;
    return explainRefusal(error, pricesOf(order), precision);
  }

  /** Sends the form, or asks first where the person wants that. */
  submit(side?: Side): void {
    if (side !== undefined && side !== this.form.value.side) this.change({ side });
    const order = this.#order(this.form.value);
    if ("code" in order) this.refusal.value = order;
    else if (this.#parts.kept.habits.value.oneClick) void this.send(order);
    else this.asking.value = order;
  }

  async send(order: PlaceOrder): Promise<void> {
    this.asking.value = null;
    const { account, client, notices } = this.#parts;
    const accountId = account.account.peek()?.accountId;
    if (accountId === undefined || this.sending.value) return;
    this.sending.value = true;
    clearTimeout(this.#timer);
    const isNewest = this.#newest.askAnew();
    try {
      const placed = await client.placeOrder(accountId, order);
      if (isNewest()) this.refusal.value = null;
      notices.say("done", `${placed.orderId} accepted: ${orderText(order)}`);
    } catch (error) {
      const refusal = this.#explain(error, order);
      if (isNewest()) this.refusal.value = refusal;
      notices.say("refused", `${refusal.title}. ${refusal.advice}`);
    } finally {
      this.sending.value = false;
    }
  }
}

const pick = ({ book, rates }: QuoteStore) => ({ book, rates });

function amountOf(text: string | undefined) {
  if (text === undefined) return null;
  const amount = parseMicros(text);
  return typeof amount === "string" ? null : amount;
}

export const orderText = (order: PlaceOrder): string =>
  `${order.side} ${groupDigits(order.units)} ${order.symbol}`;

const noSize = ({ sizeKind }: TicketForm): Refusal =>
  sizeKind === "risk"
    ? {
      field: "stopLoss",
      code: null,
      title: "A size by risk needs a stop-loss",
      advice: "Give a stop-loss or a trailing stop on the losing side",
    }
    : { field: "size", code: null, title: "The lots are not a number", advice: "Write 0.1 or 2" };

function pricesOf(order: PlaceOrder): SentPrices {
  const prices: Record<string, string | undefined> = {
    price: order.price,
    triggerPrice: order.triggerPrice,
    trailingDistance: order.trailingDistance,
    priceBound: order.priceBound,
    takeProfit: order.takeProfitOnFill?.price,
    stopLoss: stopOf(order)?.price ?? stopOf(order)?.distance,
    trailingStop: order.trailingStopLossOnFill?.distance,
  };
  return Object.fromEntries(Object.entries(prices).filter(([, text]) => text !== undefined));
}

/** Micros of the account's currency as text. */
export const microsText = (amount: bigint): string => formatScaledBig(amount, 6);
