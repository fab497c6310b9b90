// Goal: what waits for a client that does not read is bounded for its whole socket, however many
// accounts it follows; it is closed with its code, and another socket goes on from where it was.
// Method: the hub and the ends of sockets that read or do not, and a clock of the test's own.

import { assert, assertEquals } from "@std/assert";
import { feedLimits, feedProblems } from "../../../shared/contracts/messages/feed.ts";
import type { BookedTransaction } from "../../../shared/contracts/messages/feed_account.ts";
import { tradingHours } from "../../../shared/domain/fx_week.ts";
import { epochMs, ManualClock } from "../../../shared/domain/time.ts";
import type { AuthContext } from "../../../shared/runtime/auth.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { EdgeMarket } from "../market/edge_market.ts";
import { AccountEnds } from "./account_ends.ts";
import { AccountHub } from "./account_hub.ts";
import { AccountRefused, type AccountSource } from "./account_source.ts";
import type { FeedRefusal } from "./frames.ts";

const auth: AuthContext = {
  subject: "key:test",
  permissions: new Set(["admin"]),
  accounts: "all",
};
const accounts = Array.from({ length: feedLimits.accountsMax }, (_, at) => `a-${at}`);
const each = 50;

/** A socket's end of all the accounts, each from its place; it reads where `reads`. */
function connect(hub: AccountHub, places: ReadonlyMap<string, number>, reads: boolean) {
  const seen = new Map(places);
  const refused: FeedRefusal["code"][] = [];
  let bytes = 0;
  const ends: AccountEnds = new AccountEnds({
    hub,
    socket: {
      get bufferedAmount() {
        return reads ? 0 : bytes;
      },
      send(frame) {
        const { accountId, transactions = [] } = JSON.parse(frame as string);
        bytes += frame.length;
        for (const { transactionId } of transactions) {
          assertEquals(transactionId, seen.get(accountId)! + 1, accountId);
          seen.set(accountId, transactionId);
        }
      },
    },
    answer: () => {},
    refuse: ({ code }) => {
      refused.push(code);
      if (feedProblems[code].closeCode !== null) ends.end();
    },
  });
  for (const [accountId, since] of places) {
    ends.take({ type: "subscribe", channel: "account", accountId, since }, auth);
  }
  return { seen, refused, bytes: () => bytes };
}

Deno.test("a socket that does not read holds a bound, not one an account, and is closed; another resumes", async () => {
  const clock = new ManualClock(epochMs(Date.UTC(2026, 0, 7, 12)));
  const market = new EdgeMarket({ hours: tradingHours("always"), clock });
  const books = new Map<string, BookedTransaction[]>(accounts.map((accountId) => [accountId, []]));
  const source: AccountSource = {
    snapshot: () => Promise.reject(new AccountRefused("account_unknown")),
    transactions({ accountId }, since) {
      const transactions = books.get(accountId)!;
      const lastTransactionId = 1 + transactions.length;
      return Promise.resolve({ transactions: transactions.slice(since - 1), lastTransactionId });
    },
  };
  const hub = new AccountHub({ source, market, clock });
  for (const accountId of accounts) {
    const standing = { currency: "USD", positionMode: "netting", balance: "1000" } as const;
    const about = { accountId, tenant: "default", lastTransactionId: 1 };
    market.takeAccount({ ...about, ...standing, openOrders: 0, positions: [] });
  }
  const begun = new Map(accounts.map((accountId) => [accountId, 1]));
  const slow = connect(hub, begun, false);
  const quick = connect(hub, begun, true);
  for (let transactionId = 2; transactionId <= 1 + each; transactionId++) {
    hub.take(accounts.map((accountId) => {
      const about = { type: "order_acknowledged", time: "2026-01-07T12:00:00.000Z" } as const;
      const one = { accountId, transactionId, ...about, orderId: `${accountId}.1` };
      books.get(accountId)!.push(one);
      return one;
    }));
  }
  const all = new Map(accounts.map((accountId) => [accountId, 1 + each]));
  assertEquals(quick.seen, all);
  assert(slow.bytes() > feedLimits.bufferedBytesMax, "the client is behind");
  assert(slow.bytes() < 2 * feedLimits.bufferedBytesMax, `${slow.bytes()} bytes wait`);

  clock.advanceTo(epochMs(clock.now() + feedLimits.stalledMsMax + 1));
  hub.turn();
  assertEquals(slow.refused, ["client_stalled"]);
  assertEquals(feedProblems.client_stalled.closeCode, 1008);
  const resumed = connect(hub, slow.seen, true);
  await eventually(() => assertEquals(resumed.seen, all));
});
