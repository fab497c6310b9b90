/** Short messages about what was done or refused, newest last; read out by screen readers. */

import { type Signal, signal } from "@preact/signals";

export interface Notice {
  readonly id: number;
  readonly kind: "done" | "refused";
  readonly text: string;
}

const shownMs = 6_000;
const noticesMax = 4;

export class Notices {
  readonly shown: Signal<readonly Notice[]> = signal([]);
  #next = 1;

  say(kind: Notice["kind"], text: string): void {
    const id = this.#next++;
    this.shown.value = [...this.shown.value, { id, kind, text }].slice(-noticesMax);
    setTimeout(() => this.drop(id), kind === "refused" ? 2 * shownMs : shownMs);
  }

  drop(id: number): void {
    this.shown.value = this.shown.value.filter((one) => one.id !== id);
  }
}
