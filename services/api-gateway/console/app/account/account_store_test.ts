// Goal: what is on the screen is the account that was chosen last, however slowly the platform answers
// about those before. Method: answers are let go by hand, in any order.

import { assertEquals } from "@std/assert";
import { eventually } from "../../../../../shared/testing/eventually.ts";
import { AccountStore } from "./account_store.ts";

/** Accounts `a` and `b`, whose answers wait until they are let go. */
function start() {
  const waiting: { accountId: string; go(): void; fail(): void }[] = [];
  const followed: string[] = [];
  const snapshot = (accountId: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.push({
      accountId,
      go: () =>
        resolve({
          account: { accountId, lastTransactionId: 1, balance: "1" },
          orders: [{ orderId: `of ${accountId}` }],
          positions: [],
        }),
      fail: () => reject(new Error("no answer")),
    });
    return promise;
  };
  const client = {
    listAccounts: () => Promise.resolve({ accounts: [{ accountId: "a" }, { accountId: "b" }] }),
    getAccountSnapshot: snapshot,
    listTransactions: (accountId: string) =>
      Promise.resolve({ transactions: [{ transactionId: 1, accountId }] }),
  };
  let heard: (news: unknown[]) => void = () => {};
  const feed = {
    account(accountId: string) {
      followed.push(accountId);
      return {
        on: (name: string, listen: typeof heard) => name === "transactions" && (heard = listen),
        close: () => followed.splice(followed.indexOf(accountId), 1),
      };
    },
  };
  const parts = { client, feed, heard: () => {} } as unknown as ConstructorParameters<
    typeof AccountStore
  >[0];
  const store = new AccountStore(parts);
  const next = () => eventually(() => waiting.shift() ?? false);
  const shown = () => [store.account.value?.accountId, store.orders.value[0]?.orderId];
  return { store, followed, next, shown, tell: () => heard([{ transactionId: 2 }]) };
}

Deno.test("a slow answer about an account that was left does not come back to the screen", async () => {
  const { store, followed, next, shown } = start();
  const first = store.open("a");
  const slow = await next();
  const second = store.open("b");
  (await next()).go();
  await second;
  slow.go();
  await first;
  assertEquals(shown(), ["b", "of b"]);
  assertEquals(followed, ["b"]);
});

Deno.test("a refresh under way when another account is chosen is late", async () => {
  const { store, next, shown, tell } = start();
  const first = store.open("a");
  (await next()).go();
  await first;
  tell();
  const refresh = await next();
  const second = store.open("b");
  assertEquals(shown(), [undefined, undefined], "nothing of a stands beside the name of b");
  refresh.go();
  (await next()).go();
  await second;
  assertEquals(shown(), ["b", "of b"]);
  tell();
  assertEquals((await next()).accountId, "b");
});

Deno.test("an account that cannot be read is said to be, and read again", async () => {
  const { store, next, shown } = start();
  const opening = store.open("a");
  (await next()).fail();
  await opening;
  assertEquals(store.healthy.value, false);
  (await next()).go();
  await eventually(() => store.healthy.value);
  assertEquals(shown(), ["a", "of a"]);
  store.close();
});
