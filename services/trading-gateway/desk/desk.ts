/**
 * The desk: the one writer of the accounts it holds. Commands that arrive while a turn is being
 * stored wait and make up the next one, so under load many orders share one commit (group commit)
 * and a lone order waits for nothing.
 *
 * A command is answered only after its transactions are stored. When storing fails, the accounts
 * are forgotten and read again, and the turn's commands end in `OutcomeUnknown`.
 */

import type { Account } from "../../../shared/domain/account.ts";
import type { AccountId, OrderId } from "../../../shared/domain/ids.ts";
import type { Order } from "../../../shared/domain/orders/order.ts";
import { onceKeyOf } from "../../../shared/domain/money_books.ts";
import { defaultTenant, type Tenant } from "../../../shared/domain/risk/levels.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";
import type { EventSource } from "../../../shared/runtime/events.ts";
import type { Logger } from "../../../shared/runtime/logger.ts";
import { nextTurn } from "../../../shared/runtime/time.ts";
import { withTraceparent } from "../../../shared/runtime/trace.ts";
import type { DeskRisk } from "../risk/desk_risk.ts";
import { toTransactionView } from "../transactions/transaction_view.ts";
import { accountEntry, transactionEntries, venueEntry } from "./announce.ts";
import { AccountMoved, type BooksStore, forgetEndedOrders } from "./books_store.ts";
import type { Turn } from "./turn.ts";
import type { Command, OpenAccount, Outcome } from "./commands.ts";
import { decide } from "./decide.ts";
import {
  type Booked,
  clientOrderKey,
  type Decision,
  fillKey,
  type Known,
  type Market,
} from "./decision.ts";
import type { DeskMeter } from "./desk_meter.ts";
import { LateFills } from "./late_fills.ts";
import { accountsOf, decideMoney, isMoneyCommand, onceName, onceNamesOf } from "./decide_money.ts";
import { marked } from "./marked.ts";

/** Commands in one turn at most. */
const turnMax = 512;
/** Commands waiting at most; more are refused at once. */
const queueMax = 20_000;
/** Accounts held in memory at most; the longest unused go first. */
const accountsMax = 20_000;
/** How often a turn starts anew because another writer moved an account, or its level, on. */
const attemptsMax = 16;
/** Client order ids remembered as used, so that a quick repeat is looked up at once. */
const recentMax = 50_000;

/** By which a client sends orders and replaces them. */
const paced: ReadonlySet<Command["kind"]> = new Set([
  "place_order",
  "place_group",
  "replace_order",
]);

/** The turn may or may not have been stored; a repeat with the same client order id will tell. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
}

/** A command that failed after it had moved its account on: the turn is decided anew without it. */
class HalfDecided extends Error {
  override readonly name = "HalfDecided";
  readonly waiting: Waiting;

  constructor(waiting: Waiting, cause: unknown) {
    super("Cannot keep the first half of a decision", { cause });
    this.waiting = waiting;
  }
}

/** The desk has more commands waiting than it will hold. */
export class DeskBusy extends Error {
  override readonly name = "DeskBusy";
}

export interface DeskDeps {
  readonly store: BooksStore;
  readonly market: () => Market;
  readonly events: EventSource;
  readonly logger: Logger;
  /** Called after a turn is stored: there is something to relay. */
  readonly onStored: () => void;
  readonly meter?: DeskMeter;
  /** Left out where no rules of risk bind. */
  readonly risk?: DeskRisk;
  /** The accounts that a stored turn changed, as they now stand. */
  readonly onAccounts?: (accounts: readonly Account[]) => void;
}

interface Waiting {
  readonly command: Command;
  readonly traceparent: string | undefined;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

export class Desk {
  readonly #deps: DeskDeps;
  readonly #accounts = new Map<AccountId, Account>();
  readonly #recent = new Set<string>();
  readonly #lateFills = new LateFills();
  #waiting: Waiting[] = [];
  #pumping: Promise<void> | null = null;

  constructor(deps: DeskDeps) {
    this.#deps = deps;
  }

  /** @throws DeskBusy, OutcomeUnknown */
  submit(command: Command, traceparent?: string): Promise<Outcome> {
    if (this.#waiting.length >= queueMax) {
      return Promise.reject(new DeskBusy("Cannot take another command: the queue is full"));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ command, traceparent, resolve, reject });
      this.#pumping ??= this.#pump();
    });
  }

  /** Resolves when nothing is waiting or being stored. */
  async idle(): Promise<void> {
    while (this.#pumping !== null) await this.#pumping;
  }

  async #pump(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Commands of requests that can already be read join the turn. An embedded store works in this
      // thread, so without the pause it would be given one command after the other.
      await nextTurn();
      await this.#take(this.#waiting.splice(0, turnMax));
    }
    this.#pumping = null;
  }

  async #take(taken: readonly Waiting[]): Promise<void> {
    let waiting = taken;
    for (let attempt = 1; waiting.length > 0; attempt++) {
      try {
        return await this.#attempt(waiting, attempt > 1);
      } catch (error) {
        this.#deps.risk?.takeBackTurn();
        for (const { command } of waiting) {
          for (const id of accountsOf(command)) this.#forget(id);
        }
        this.#deps.risk?.totals.lose();
        if (error instanceof HalfDecided) {
          error.waiting.reject(error.cause);
          waiting = waiting.filter((one) => one !== error.waiting);
          attempt--; // it was no fault of the store's, and each time leaves one command less
          continue;
        }
        if (error instanceof AccountMoved && attempt < attemptsMax) continue;
        this.#deps.logger.error({ err: error, commands: waiting.length }, "turn not stored");
        const unknown = new OutcomeUnknown("Cannot tell whether the turn was stored", {
          cause: error,
        });
        return waiting.forEach((one) => one.reject(unknown));
      }
    }
  }

  /**
   * A client order id is taken for new unless `sure` or used lately: the store refuses a second one,
   * and the next attempt looks. That spares nearly every turn a query.
   */
  async #attempt(waiting: readonly Waiting[], sure: boolean): Promise<void> {
    await this.#loadAccounts(waiting);
    const known = await this.#lookUp(waiting, sure);
    const market = this.#deps.market();
    await this.#deps.risk?.prepare(
      waiting.flatMap(({ command }) => accountsOf(command).map((id) => this.#accounts.get(id)!)),
      waiting.flatMap(({ command }) => command.kind === "open_account" ? tenantOf(command) : []),
      market.now,
    );
    this.#deps.risk?.beginTurn();
    const decisions = waiting.map((one) => this.#decide(one, { market, known }));
    const turn = this.#turnOf(waiting, decisions, market.now);
    if (turn !== null) {
      const stored = this.#deps.meter?.startTimer();
      await this.#deps.store.commit(turn);
      stored?.();
      for (const account of turn.accounts) forgetEndedOrders(account);
      this.#deps.risk?.totals.stored(turn.levels);
      this.#deps.onStored();
      this.#deps.onAccounts?.(turn.accounts);
    }
    this.#deps.meter?.count(decisions);
    waiting.forEach((one, at) => {
      const decision = decisions[at]!;
      if (decision instanceof Error) one.reject(decision);
      else one.resolve(decision.outcome);
    });
    this.#evict();
  }

  /**
   * A command that meets an impossible state fails alone.
   * @throws HalfDecided when its account was touched by then.
   */
  #decide(
    waiting: Waiting,
    context: {
      market: Market;
      known: Known & {
        byClientOrderId: Map<string, Order>;
        bookedOnce: Map<string, Transaction>;
      };
    },
  ): Decision | Error {
    const { command } = waiting;
    const before = this.#positionOf(command);
    try {
      const decided = isMoneyCommand(command)
        ? decideMoney(command, {
          market: context.market,
          bookedOnce: context.known.bookedOnce,
          account: (id) => this.#accounts.get(id)!,
        })
        : decide(this.#accounts.get(command.accountId)!, command, context);
      const decision = marked(decided, command, context.market);
      const order = "order" in decision.outcome ? decision.outcome.order : null;
      if (command.kind === "place_order" && order !== null) {
        context.known.byClientOrderId.set(clientOrderKey(order), order);
        this.#remember(clientOrderKey(order));
      }
      if (command.kind === "place_group") {
        for (const one of decision.outcome.orders ?? []) {
          context.known.byClientOrderId.set(clientOrderKey(one), one);
          this.#remember(clientOrderKey(one));
        }
      }
      for (const { transaction } of decision.booked) {
        if (transaction.type === "order_filled") {
          (context.known.bookedFills as Set<string>).add(fillKey(transaction));
        }
        const key = onceKeyOf(transaction);
        if (key === null) continue;
        context.known.bookedOnce.set(
          onceName({ accountId: transaction.accountId, key }),
          transaction,
        );
      }
      this.#deps.risk?.count(
        this.#accounts.get(command.accountId)!,
        decision.booked.map(({ transaction }) => transaction),
        { asked: paced.has(command.kind), now: context.market.now },
      );
      return decision;
    } catch (error) {
      this.#deps.logger.error({ err: error, command: command.kind }, "command is impossible");
      if (this.#positionOf(command) !== before) {
        throw new HalfDecided(waiting, error);
      }
      return error as Error;
    }
  }

  /** Changes with every transaction of the command's accounts. */
  #positionOf(command: Command): number {
    return accountsOf(command).reduce(
      (sum, id) => sum + this.#accounts.get(id)!.lastTransactionId,
      0,
    );
  }

  #remember(key: string): void {
    this.#recent.add(key);
    if (this.#recent.size <= recentMax) return;
    for (const oldest of this.#recent) return void this.#recent.delete(oldest);
  }

  async #loadAccounts(waiting: readonly Waiting[]): Promise<void> {
    const missing = new Set<AccountId>();
    for (const { command } of waiting) {
      for (const id of accountsOf(command)) {
        if (!this.#accounts.has(id)) missing.add(id);
      }
    }
    if (missing.size === 0) return;
    for (const account of await this.#deps.store.loadAccounts([...missing])) {
      this.#accounts.set(account.accountId, account);
    }
  }

  /** What the turn needs from the store beyond open orders, in one query of each kind. */
  async #lookUp(waiting: readonly Waiting[], sure: boolean) {
    const placed: { accountId: string; clientOrderId: string }[] = [];
    const fills: { venue: string; execId: string }[] = [];
    const orderIds = new Set<OrderId>();
    for (const { command } of waiting) {
      if (command.kind === "place_order") {
        const { accountId, terms: { clientOrderId } } = command;
        const one = { accountId, clientOrderId };
        if (sure || this.#recent.has(clientOrderKey(one))) placed.push(one);
      }
      // A group is rare, and part of it may be used: it is always looked up.
      if (command.kind === "place_group") {
        const { accountId, orders } = command;
        for (const { terms: { clientOrderId } } of orders) {
          placed.push({ accountId, clientOrderId });
        }
      }
      if (command.kind === "apply_report" && command.report.execType === "trade") {
        fills.push(command.report);
      }
      const orderId = orderIdIn(command);
      if (orderId !== null && !this.#accounts.get(command.accountId)!.orders.has(orderId)) {
        orderIds.add(orderId);
      }
    }
    const { store } = this.#deps;
    const once = waiting.flatMap(({ command }) =>
      isMoneyCommand(command) ? onceNamesOf(command) : []
    );
    const [byClientOrderId, bookedFills, orders, bookedOnce] = await Promise.all([
      placed.length === 0 ? new Map<string, Order>() : store.ordersByClientId(placed),
      fills.length === 0 ? new Set<string>() : store.bookedFills(fills),
      orderIds.size === 0 ? [] : store.ordersById([...orderIds]),
      once.length === 0 ? new Map<string, Transaction>() : store.bookedOnce(once),
    ]);
    for (const order of orders) {
      this.#accounts.get(order.accountId)?.orders.set(order.orderId, order);
    }
    const placedAs = await store.placedAs([...byClientOrderId.values()]);
    return { byClientOrderId, placedAs, bookedFills, bookedOnce };
  }

  /** Everything the decisions changed; `null` when they changed nothing. */
  #turnOf(
    waiting: readonly Waiting[],
    decisions: readonly (Decision | Error)[],
    now: EpochMs,
  ): Turn | null {
    const booked: Booked[] = [];
    const outbox: Turn["outbox"][number][] = [];
    const touched = new Set<Account>();
    const orders = new Map<OrderId, Order>();
    const positions = new Map<string, { account: Account; symbol: string }>();
    decisions.forEach((decision, at) => {
      if (decision instanceof Error || decision.booked.length === 0) return;
      const { traceparent } = waiting[at]!;
      withTraceparent(traceparent, () => {
        for (const one of decision.booked) {
          booked.push(one);
          const { transaction } = one;
          const account = this.#accounts.get(transaction.accountId)!;
          touched.add(account);
          const order = "orderId" in transaction
            ? account.orders.get(transaction.orderId)
            : undefined;
          if (order !== undefined) orders.set(order.orderId, order);
          if (transaction.type === "order_filled") {
            const { symbol } = transaction;
            positions.set(`${account.accountId} ${symbol}`, { account, symbol });
          }
          const entry = venueEntry(this.#deps.events, one, order);
          if (entry !== null) outbox.push(entry);
        }
      });
    });
    if (booked.length === 0) return null;
    const views = booked.map(({ transaction }) => toTransactionView(transaction));
    outbox.push(...transactionEntries(this.#deps.events, views));
    for (const account of touched) outbox.push(accountEntry(this.#deps.events, account));
    return {
      accounts: [...touched],
      booked,
      views,
      orders: [...orders.values()],
      positions: [...positions.values()],
      levels: this.#deps.risk?.totals.turnsOf(touched) ?? [],
      lateFills: this.#lateFills.of(booked, now),
      outbox,
    };
  }

  #evict(): void {
    for (const id of this.#accounts.keys()) {
      if (this.#accounts.size <= accountsMax) return;
      this.#forget(id);
      this.#deps.risk?.forget(id, { pace: true });
    }
  }

  #forget(id: AccountId): void {
    this.#accounts.delete(id);
    this.#deps.risk?.forget(id);
  }
}

const tenantOf = ({ tenant = defaultTenant }: OpenAccount): Tenant => tenant;

function orderIdIn(command: Command): OrderId | null {
  if (command.kind === "cancel_order" || command.kind === "replace_order") return command.orderId;
  return command.kind === "apply_report" ? command.report.orderId : null;
}
