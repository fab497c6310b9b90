/** What the browser remembers between visits: the layout and habits, never a secret. */

import { type Signal, signal } from "@preact/signals";
import type { Machine } from "./machine.ts";
import { defaultRoute, type Route } from "./route.ts";

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
  readonly route: Route;
}

const defaults: Habits = {
  zone: "local",
  favourites: [],
  watchGroup: "all",
  oneClick: false,
  sizeKind: "units",
  size: "10000",
  route: defaultRoute,
};

const storageKey = "spotwire.habits.1";

export class Kept {
  readonly habits: Signal<Habits>;
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.habits = signal(read(machine));
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
    const held = JSON.parse(kept.getItem(storageKey) ?? "{}");
    return { ...defaults, ...held, route: { ...defaultRoute, ...held.route } };
  } catch {
    return defaults;
  }
}
