// Goal: the execution of an order that waited for another counts from its release: the quote it met
// then and the time. Method: a group through the real app over PGlite; the prices move and an hour
// passes while the second order waits.

import { assertEquals } from "@std/assert";
import { epochMs } from "../../../shared/domain/time.ts";
import { receivedTimeHeader } from "../../../shared/runtime/received_time.ts";
import { refusalAuthenticate } from "../../../shared/testing/refusal_suite.ts";
import { auditBooks } from "../audit/audit_books.ts";
import { openTestTrading } from "../testing/test_trading.ts";
import { report } from "../testing/venue_reports.ts";

const trading = await openTestTrading({
  startsAt: "2026-03-03T12:00:00Z",
  authenticate: refusalAuthenticate,
});
const { send, deps, clock } = trading;
const path = "/v1/accounts/waiting";
const pass = (ms: number) => clock.advanceTo(epochMs(clock.now() + ms));

Deno.test("an order that is released meets the quote of that moment, and its stages begin there", async () => {
  await send("POST", "/v1/accounts", { body: { accountId: "waiting", deposit: "100000" } });
  await trading.quote("EURUSD", 116_000);
  const about = { symbol: "EURUSD", units: "1000" };
  const entry = { clientOrderId: "entry", side: "buy", type: "limit", price: "1.15000", ...about };
  const next = { clientOrderId: "next", side: "sell", type: "market", ...about };
  const group = await send("POST", `${path}/orderGroups`, {
    body: { type: "oto", orders: [entry, next] },
    headers: { [receivedTimeHeader]: String(clock.now() - 1) },
  });
  assertEquals(group.status, 201, JSON.stringify(group.body));
  const [parent, held] = group.body.orders;
  await report(deps, parent, { execType: "new" });
  pass(3_600_000);
  await trading.quote("EURUSD", 114_980);
  await report(deps, parent, { execType: "trade", price: 115_000 });
  const releasedTime = new Date(clock.now()).toISOString();
  pass(4);
  await trading.quote("EURUSD", 114_900);
  await report(deps, held, { execType: "new" });
  await report(deps, held, { execType: "trade", price: 114_975 });

  const { body } = await send("GET", `${path}/transactions?types=order_released,order_filled`);
  const [, released, filled] = body.transactions as Record<string, string>[];
  const { type, symbol, arrivalBid, arrivalAsk, receivedTime, time } = released!;
  assertEquals(
    { type, symbol, arrivalBid, arrivalAsk, receivedTime, time },
    {
      type: "order_released",
      symbol: "EURUSD",
      arrivalBid: "1.14980",
      arrivalAsk: "1.14990",
      receivedTime: undefined,
      time: releasedTime,
    },
  );
  // Against 1.14980, neither what stood an hour ago nor when the venue had it.
  assertEquals([filled!.arrivalBid, filled!.slippage], ["1.14980", "5"]);
  assertEquals([filled!.acceptedTime, filled!.receivedTime], [releasedTime, undefined]);
  const quality = await send("GET", `${path}/execution-quality`);
  assertEquals(quality.body.fills[0].acknowledgeMs, {
    count: 2,
    mean: "2.00",
    median: "0",
    p95: "4",
  });
  assertEquals(await auditBooks(deps.db), []);
});
