/**
 * A trading gateway as far as the account channel reads it: it can be slow, fail, and forget, which
 * the real one does not do on demand.
 */

import type { BookedTransaction } from "../../../shared/contracts/messages/feed_account.ts";

export class ScriptedTrading {
  readonly #log: BookedTransaction[] = [];
  /** Whether the next read fails. */
  fails: () => boolean = () => false;
  /** How long a read takes, in milliseconds. */
  delayMs: () => number = () => 0;
  /** Paths that were read. */
  readonly reads: string[] = [];

  get last(): number {
    return this.#log.length;
  }

  /** Books some more, without a word to anyone. */
  book(many: number): BookedTransaction[] {
    const booked = Array.from({ length: many }, (_, at): BookedTransaction => ({
      accountId: "demo",
      transactionId: this.last + at + 1,
      type: "order_acknowledged",
      time: "2026-01-07T12:00:00.000Z",
      orderId: `demo.${this.last + at + 1}`,
    }));
    this.#log.push(...booked);
    return booked;
  }

  /** As a store restored from before `last` was booked. */
  forget(last: number): void {
    this.#log.length = last;
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    this.reads.push(pathname);
    // Read first, answered later: what is booked meanwhile is not in it.
    const answer = this.#answer(pathname, Number(searchParams.get("since")));
    const fails = this.fails();
    await new Promise((resolve) => setTimeout(resolve, this.delayMs()));
    if (fails) return new Response(null, { status: 503 });
    return answer === null ? new Response("{}", { status: 404 }) : Response.json(answer);
  };

  #answer(path: string, since: number): unknown {
    const lastTransactionId = this.last;
    if (path === "/v1/accounts/demo/snapshot") {
      return { account: { accountId: "demo", lastTransactionId }, orders: [], positions: [] };
    }
    if (path !== "/v1/accounts/demo/transactions") return null;
    return { transactions: this.#log.slice(since, since + 500), lastTransactionId };
  }
}
