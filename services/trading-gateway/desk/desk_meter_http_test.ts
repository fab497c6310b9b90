// Goal: an operator sees what the desk does. Method: the real app over a real PGlite, and the text
// that Prometheus reads.

import { assertEquals } from "@std/assert";
import { refusalAuthenticate } from "../../../shared/testing/refusal_suite.ts";
import { openTestTrading } from "../testing/test_trading.ts";

Deno.test("the metrics count what was booked, what was refused and why, and each stored turn", async () => {
  const startsAt = "2026-01-07T12:00:00Z";
  const trading = await openTestTrading({ startsAt, authenticate: refusalAuthenticate });
  const figure = async (name: string): Promise<number | undefined> => {
    const { body } = await trading.send("GET", "/metrics");
    const line = body.split("\n").find((one: string) => one.startsWith(`spotwire_trading_${name}`));
    return line === undefined ? undefined : Number(line.split(" ").at(-1));
  };
  await trading.quote("EURUSD", 116_000);
  await trading.send("POST", "/v1/accounts", { body: { accountId: "seen", deposit: "1000" } });
  const [turns, commands] = [await figure("turn_seconds_count"), await figure("commands_total")];
  const order = { symbol: "EURUSD", side: "buy", type: "limit", price: "1.10000" };
  for (const [clientOrderId, units] of [["fits", "1000"], ["too-large", "9000000"]]) {
    const body = { ...order, clientOrderId, units };
    await trading.send("POST", "/v1/accounts/seen/orders", { body });
  }
  assertEquals(await figure('transactions_total{type="order_accepted"'), 1);
  assertEquals(await figure('refusals_total{reason="insufficient_margin"'), 1);
  assertEquals(await figure("commands_total"), commands! + 2);
  assertEquals(await figure("turn_seconds_count"), turns! + 2);
  await trading.stop();
});
