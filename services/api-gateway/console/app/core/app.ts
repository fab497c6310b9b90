/** Everything the views stand on, made once by `main.tsx`. */

import { computed, effect, type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { createSpotwire, type Spotwire } from "../../../../../shared/sdk/mod.ts";
import { AccountStore } from "../account/account_store.ts";
import { tell } from "../account/tell.ts";
import { DayOpens } from "../market/day_opens.ts";
import { Feed } from "../market/feed.ts";
import { Instruments } from "../market/instruments.ts";
import { QuoteStore } from "../market/quote_store.ts";
import { Ticket } from "../orders/ticket.ts";
import { FrameLoop } from "./frame_loop.ts";
import { Kept } from "./kept.ts";
import type { Machine } from "./machine.ts";
import { Notices } from "./notices.ts";
import { type Address, readRoute, Router, routeText } from "./route.ts";
import { Session } from "./session.ts";

/** How often what follows from many prices at once is reckoned: often enough, and calm. */
const beatMs = 250;
/** How often opens of the FX day that are missing are asked for. */
const dayOpensMs = 10_000;
/** At first, when the newest quotes have come. */
const firstOpensMs = 1_000;
/** How long after a failed listing the next is tried. */
const listAgainMs = 2_000;

export class App {
  readonly loop: FrameLoop;
  readonly kept: Kept;
  readonly router: Router;
  readonly session: Session;
  readonly client: Spotwire;
  readonly quotes: QuoteStore;
  readonly feed: Feed;
  readonly instruments = new Instruments();
  readonly dayOpens: DayOpens;
  readonly notices = new Notices();
  readonly account: AccountStore;
  readonly ticket: Ticket;
  /** Rises four times a second while prices may move. */
  readonly beat: Signal<number> = signal(0);
  readonly helpShown: Signal<boolean> = signal(false);

  constructor(readonly machine: Machine, address: Address, fetcher: typeof fetch) {
    this.loop = new FrameLoop(machine.nextFrame);
    this.kept = new Kept(machine);
    this.router = new Router(address, readRoute(this.kept.habits.value.route));
    this.session = new Session(machine, fetcher);
    this.client = createSpotwire({
      url: machine.origin,
      key: this.session.token,
      fetch: async (request) => {
        const answer = await fetcher(request);
        if (answer.status === 401) this.session.forget();
        return answer;
      },
    });
    this.quotes = new QuoteStore(this.loop);
    this.dayOpens = new DayOpens(
      this.client,
      () => this.instruments.listed.peek().flatMap(({ symbol }) => this.quotes.get(symbol) ?? []),
    );
    const feed = this.client.feed({ binary: true });
    this.feed = new Feed(feed, this.quotes, machine.now);
    this.account = new AccountStore({
      client: this.client,
      feed,
      heard: (news) => {
        for (const one of news) {
          const told = tell(one);
          if (told !== null) this.notices.say(told.kind, told.text);
        }
      },
    });
    this.ticket = new Ticket(this);
  }

  /** Goes on with the browser's session; from then on follows whoever signs in. */
  start(): void {
    setInterval(() => (this.beat.value += 1), beatMs);
    effect(() => this.kept.set({ route: routeText(this.router.route.value) }));
    let opened: string | null = null;
    effect(() => {
      const session = this.session.state.value;
      if (session.state !== "signed_in") return;
      const { subject } = session.who;
      // Another person at the same screen begins with an empty one.
      if (opened !== null && opened !== subject) return this.machine.reload();
      if (opened === subject) return;
      opened = subject;
      this.#open();
    });
    void this.session.resume();
  }

  /** Prices first: they need neither the account nor the day's changes. */
  #open(): void {
    this.feed.start();
    void this.#list();
    // The account that the address names, after a step back too.
    const named = computed(() => this.router.route.value.account);
    effect(() => void this.account.open(named.value));
    setInterval(() => void this.dayOpens.ask(), dayOpensMs);
  }

  /** What can be traded, asked for until there is an answer. */
  async #list(): Promise<void> {
    try {
      this.instruments.listed.value = (await this.client.listInstruments()).instruments;
      setTimeout(() => void this.dayOpens.ask(), firstOpensMs);
    } catch {
      setTimeout(() => void this.#list(), listAgainMs);
    }
  }

  /** The platform's time. */
  readonly now = (): number => this.machine.now() + this.feed.clockOffsetMs.peek();

  /** The market's: a recording, and a simulation in a hurry, have a time of their own. */
  readonly marketNow = (): number => this.quotes.newestTime() ?? this.now();

  async signOut(): Promise<void> {
    await this.session.signOut();
    this.machine.reload();
  }
}

const context = createContext<App | null>(null);
export const AppProvider = context.Provider;

/** Of a component below the provider. */
export function useApp(): App {
  const found = useContext(context);
  if (found === null) throw new TypeError("Cannot use the app: there is no provider above");
  return found;
}
