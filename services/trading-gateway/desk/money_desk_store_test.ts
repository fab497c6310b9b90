// Goal: whatever movements, repeats, races of two desks and restarts come in, money is neither made
// nor lost, and a naive count of what was answered agrees. Method: random sequences on a real PGlite.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { AccountCurrency } from "../../../shared/domain/currency.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { micros } from "../../../shared/domain/money.ts";
import type { FundsId } from "../../../shared/domain/money_transactions.ts";
import { auditBooks } from "../audit/audit_books.ts";
import { books, db, ids, newDesk } from "../testing/test_desk.ts";
import type { Command, Outcome } from "./commands.ts";

const step = fc.record({
  desk: fc.nat(1),
  from: fc.nat(2),
  to: fc.nat(2),
  fundsId: fc.nat(12),
  amount: fc.bigInt({ min: 1n, max: 3_000_000_000n }),
  do: fc.constantFrom("in", "out", "move", "move"),
  restart: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

function commandOf(one: Step, accounts: readonly AccountId[]): Command | null {
  const accountId = accounts[one.from]!;
  const fundsId = `f-${one.fundsId}` as FundsId;
  const amount = micros(one.do === "out" ? -one.amount : one.amount);
  if (one.do !== "move") return { kind: "move_funds", accountId, fundsId, amount };
  if (one.from === one.to) return null;
  return { kind: "transfer_funds", accountId, fundsId, amount, toAccountId: accounts[one.to]! };
}

/** Balances as a person would add them up: each answered transaction once, by its number. */
function addUp(answers: readonly Outcome[]): Map<string, bigint> {
  const seen = new Set<string>();
  const sums = new Map<string, bigint>();
  for (const answer of answers) {
    if (!answer.ok) continue;
    for (const one of answer.transactions ?? []) {
      const name = `${one.accountId} ${one.transactionId}`;
      if (seen.has(name) || !("amount" in one)) continue;
      seen.add(name);
      sums.set(one.accountId, (sums.get(one.accountId) ?? 0n) + one.amount);
    }
  }
  return sums;
}

Deno.test("movements over two desks at once: booked once, balanced, and as a naive count has them", async () => {
  const currencies: AccountCurrency[] = ["USD", "EUR", "JPY"];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { maxLength: 6 }),
      async (turns) => {
        const desks = [newDesk(), newDesk()];
        const accounts = currencies.map((one) =>
          `m-${ids.next()}-${one.toLowerCase()}` as AccountId
        );
        for (const [at, currency] of currencies.entries()) {
          const accountId = accounts[at]!;
          await desks[0]!.submit({
            kind: "open_account",
            accountId,
            currency,
            deposit: micros(0n),
          });
        }
        const answers: Outcome[] = [];
        for (const turn of turns) {
          const settled = await Promise.allSettled(turn.map((one) => {
            if (one.restart) desks[one.desk] = newDesk();
            const command = commandOf(one, accounts);
            return command === null ? null : desks[one.desk]!.submit(command);
          }));
          for (const one of settled) {
            assert(one.status === "fulfilled", String((one as PromiseRejectedResult).reason));
            if (one.value !== null) answers.push(one.value);
          }
        }
        const sums = addUp(answers);
        for (const account of await books.loadAccounts(accounts)) {
          assertEquals(account.balance, micros(sums.get(account.accountId) ?? 0n));
          assert(account.balance >= 0n);
        }
      },
    ),
    { numRuns: 60 },
  );
  assertEquals(await auditBooks(db), []);
  const inTransit = await db.selectFrom("postings").select(["currency", "amount"])
    .where("book", "=", "transfer").execute();
  const sums = new Map<string, bigint>();
  for (const { currency, amount } of inTransit) {
    sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(amount));
  }
  assert(sums.size > 0);
  assertEquals([...sums.values()].filter((sum) => sum !== 0n), [], "nothing is left on the way");
});
