/** What the browser remembers between visits: the layout and habits, never a secret. */

import { type Signal, signal } from "@preact/signals";
import type { Machine } from "./machine.ts";

export const zones = [
  "local",
  "UTC",
  "America/New_York",
  "Europe/London",
  "Asia/Tokyo",
  "Asia/Singapore",
] as const;
export type Zone = (typeof zones)[number];

export const sizeKinds = ["units", "lots", "risk"] as const;
export type SizeKind = (typeof sizeKinds)[number];

export interface Habits {
  readonly zone: Zone;
  readonly favourites: readonly string[];
  readonly watchGroup: string;
  /** Orders are sent without asking again. */
  readonly oneClick: boolean;
  readonly sizeKind: SizeKind;
  readonly size: string;
  /** Where the screen stood last, as its address. */
  readonly route: string;
}

const defaults: Habits = {
  zone: "local",
  favourites: [],
  watchGroup: "all",
  oneClick: false,
  sizeKind: "units",
  size: "10000",
  route: "",
};

const storageKey = "spotwire.habits.2";

export class Kept {
  readonly habits: Signal<Habits>;
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.habits = signal(read(machine));
  }

  /** Makes a symbol a favourite, or no longer one. */
  turnFavourite(symbol: string): void {
    const { favourites } = this.habits.peek();
    const others = favourites.filter((one) => one !== symbol);
    this.set({ favourites: others.length < favourites.length ? others : [...others, symbol] });
  }

  set(change: Partial<Habits>): void {
    this.habits.value = { ...this.habits.peek(), ...change };
    try {
      this.#machine.kept.setItem(storageKey, JSON.stringify(this.habits.peek()));
    } catch {
      // A full or forbidden storage costs the memory of habits, nothing else.
    }
  }
}

function read({ kept }: Machine): Habits {
  try {
    return { ...defaults, ...JSON.parse(kept.getItem(storageKey) ?? "{}") };
  } catch {
    return defaults;
  }
}
