/** Clients that change accounts in every way, and remember what they were told. */

import type { Random } from "../../../shared/domain/random.ts";
import { type Change, MixedChanges } from "./mixed_changes.ts";

const clients = 8;

/** What is known of a change: nothing, that it was refused, or the ids it was stored under. */
export interface Asked {
  readonly change: Change;
  answer: "none" | "refused" | readonly string[];
}

/** A replace that was asked for; `units` are its alone. */
export interface AskedReplace {
  readonly orderId: string;
  readonly units: string;
  acknowledged: boolean;
}

export class MixedLoad {
  readonly asked: Asked[] = [];
  readonly replaces: AskedReplace[] = [];
  /** Orders whose cancel was acknowledged. */
  readonly canceled = new Set<string>();
  /** Answers no client should ever get. */
  readonly contradictions: string[] = [];
  readonly #random: Random;
  readonly #changes: MixedChanges;
  #key = "";
  #url = "";

  constructor(random: Random, accounts: readonly [string, string]) {
    this.#random = random;
    this.#changes = new MixedChanges(random, accounts);
  }

  aim(url: string, key: string): void {
    this.#url = url;
    this.#key = key;
  }

  /** Sends from every client until the platform dies. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: clients }, () => this.#client()));
  }

  /** Asks again about every change whose answer was lost; the answer must come now. */
  async settle(): Promise<void> {
    for (const one of this.asked) if (one.answer === "none") await this.#ask(one);
  }

  async #client(): Promise<void> {
    try {
      while (true) {
        const one: Asked = { change: this.#changes.next(), answer: "none" };
        this.asked.push(one);
        await this.#ask(one);
        await this.#follow(one);
      }
    } catch (error) {
      // It died: the change stays without an answer until settle().
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Some orders are canceled or replaced, and now and then all of a symbol's are canceled. */
  async #follow({ change, answer }: Asked): Promise<void> {
    if (change.kind !== "orders" || typeof answer === "string") return;
    const orderId = answer[Math.floor(this.#random.next() * answer.length)]!;
    const path = `${change.accountId}/orders`;
    const then = this.#random.next();
    if (then < 0.2) await this.#cancel(`${path}/${orderId}`);
    else if (then < 0.4) await this.#replace(change.accountId, orderId);
    else if (then < 0.42) await this.#cancel(`${path}?symbol=USDJPY`);
  }

  async #ask(one: Asked): Promise<void> {
    const { accountId, path, body, names } = one.change;
    const { status, said } = await this.#send("POST", `${accountId}/${path}`, body);
    if (status === 201) {
      const ids = idsOf(said);
      const before = one.answer;
      if (typeof before !== "string" && before.join() !== ids.join()) {
        this.contradictions.push(`${names}: ${before}, then ${ids}`);
      }
      one.answer = ids;
    } else if (status === 422) one.answer = "refused";
    else if (!isUnknown(status)) this.contradictions.push(`${names}: ${status} ${said.code}`);
  }

  async #cancel(path: string): Promise<void> {
    const { status, said } = await this.#send("DELETE", path);
    if (status === 202) {
      for (const { orderId } of said.orders ?? [said]) this.canceled.add(orderId);
    } else this.#expectRefusal(`cancel of ${path}`, status);
  }

  async #replace(accountId: string, orderId: string): Promise<void> {
    // Larger than any order is, and asked for once.
    const units = String(2_000 + this.replaces.length);
    const one = { orderId, units, acknowledged: false };
    this.replaces.push(one);
    const { status } = await this.#send("PUT", `${accountId}/orders/${orderId}`, { units });
    if (status === 202) one.acknowledged = true;
    else this.#expectRefusal(`replace of ${orderId}`, status);
  }

  #expectRefusal(what: string, status: number): void {
    if (status === 409 || status === 422 || isUnknown(status)) return;
    this.contradictions.push(`${what}: ${status}`);
  }

  async #send(method: string, path: string, body?: unknown) {
    const answer = await fetch(`${this.#url}/v1/accounts/${path}`, {
      method,
      headers: { "content-type": "application/json", "x-api-key": this.#key },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, said: await answer.json() };
  }
}

/** Statuses that leave open whether the change was made. */
const isUnknown = (status: number): boolean => status === 503 || status === 504;

// deno-lint-ignore no-explicit-any -- an answer of one of five routes
function idsOf(said: any): string[] {
  if (said.orders !== undefined) return said.orders.map((one: { orderId: string }) => one.orderId);
  if (said.orderId !== undefined) return [said.orderId];
  const { accountId, transactionId } = said.sent ?? said;
  return [`${accountId}.${transactionId}`];
}
