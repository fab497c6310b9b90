/** How the console hears of what happened to an account: its transactions, each once, in order. */

import type { Spotwire, Transaction } from "../../../../../shared/sdk/mod.ts";

export interface EventsParts {
  readonly client: Spotwire;
  readonly accountId: string;
  /** The last transaction known. */
  readonly since: number;
  onTransactions(transactions: readonly Transaction[]): void;
  /** Whether the account is being heard. */
  onHealth(healthy: boolean): void;
}

/** How often the account is asked, in milliseconds; sooner after the console sent something. */
const restMs = 1_000;
const hurriedMs = 150;
/** Questions in a hurry after an order was sent: its answer comes within a moment. */
const hurriesMax = 12;

export class AccountEvents {
  readonly #parts: EventsParts;
  #since: number;
  #hurries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  #asking = false;

  constructor(parts: EventsParts) {
    this.#parts = parts;
    this.#since = parts.since;
    this.#wait(0);
  }

  /** Something was sent: news is near. */
  hurry(): void {
    this.#hurries = hurriesMax;
    this.#wait(0);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), ms);
  }

  async #ask(): Promise<void> {
    if (this.#stopped || this.#asking) return;
    this.#asking = true;
    try {
      const { client, accountId } = this.#parts;
      const { transactions } = await client.listTransactions(accountId, { since: this.#since });
      if (this.#stopped) return;
      this.#parts.onHealth(true);
      const last = transactions.at(-1);
      if (last !== undefined) {
        this.#since = last.transactionId;
        this.#parts.onTransactions(transactions);
      }
    } catch {
      this.#parts.onHealth(false);
    } finally {
      this.#asking = false;
      if (!this.#stopped) this.#wait(this.#hurries > 0 ? hurriedMs : restMs);
      this.#hurries = Math.max(0, this.#hurries - 1);
    }
  }
}
