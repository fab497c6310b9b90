// Goal: an account whose margin could not be assessed is assessed again, without waiting for another
// price. Method: the watch and a desk over a real PGlite; the way to the desk is cut for a moment.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { price, type Symbol, units } from "../../../shared/domain/instrument.ts";
import { DeskBusy } from "../desk/desk.ts";
import {
  books,
  db,
  logger,
  market,
  newDesk,
  now,
  openAccount,
  place,
  quotes,
  reportOf,
  termsOf,
} from "../testing/test_desk.ts";
import { MarginWatch } from "./margin_watch.ts";

Deno.test("an account the desk could not look at is looked at again", async () => {
  const desk = newDesk();
  const accountId = await openAccount(desk);
  const terms = termsOf("c-1", { type: "market", price: null, units: units(2_000_000) });
  const placed = await place(desk, accountId, { ...terms, timeInForce: "IOC" });
  assert(placed.ok);
  const report = reportOf(placed.order!, { n: 1, execType: "trade" });
  await desk.submit({ kind: "apply_report", accountId, report });

  let cut = true;
  const submit: typeof desk.submit = (command) =>
    cut ? Promise.reject(new DeskBusy("Cannot take another command")) : desk.submit(command);
  const watch = new MarginWatch({ db, books, desk: { submit }, market: () => market, logger });
  await watch.reload();
  await watch.tick();
  const symbol = "EURUSD" as Symbol;
  const fallen = { symbol, bid: price(113_000), ask: price(113_010), sequence: 2 };
  quotes.apply({ ...fallen, venueTime: now, receivedTime: now });
  watch.take([quotes.get(symbol)!]);
  await assertRejects(() => watch.tick(), DeskBusy);
  cut = false;
  await watch.tick();
  const [account] = await books.loadAccounts([accountId]);
  assertEquals(account!.marginCall, true);
});
