// Goal: money moves once however often it is asked for, never out of a margin, and between accounts
// on both sides or on neither. Method: the real app over a real PGlite.

import { assertEquals } from "@std/assert";
import { refusalAuthenticate } from "../../../shared/testing/refusal_suite.ts";
import { auditBooks } from "../audit/audit_books.ts";
import { openTestTrading } from "../testing/test_trading.ts";

const trading = await openTestTrading({
  startsAt: "2026-01-07T12:00:00Z",
  authenticate: refusalAuthenticate,
});
const { send, deps } = trading;

async function openAccount(accountId: string, deposit: string, currency = "USD"): Promise<void> {
  const opened = await send("POST", "/v1/accounts", { body: { accountId, deposit, currency } });
  assertEquals(opened.status, 201);
}
const balance = async (accountId: string): Promise<string> =>
  (await send("GET", `/v1/accounts/${accountId}`)).body.balance;

Deno.test("a deposit and a withdrawal are booked once each, and answered the same again", async () => {
  await openAccount("cash", "100");
  const deposit = { body: { fundsId: "in-1", amount: "25.5" } };
  const first = await send("POST", "/v1/accounts/cash/deposits", deposit);
  assertEquals([first.status, first.body.amount, first.body.transactionId], [201, "25.500000", 3]);
  assertEquals(await send("POST", "/v1/accounts/cash/deposits", deposit), first);
  const out = { body: { fundsId: "out-1", amount: "125.500000" } };
  const left = await send("POST", "/v1/accounts/cash/withdrawals", out);
  assertEquals([left.status, left.body.amount], [201, "-125.500000"]);
  assertEquals(await send("POST", "/v1/accounts/cash/withdrawals", out), left);
  assertEquals(await balance("cash"), "0.000000");
});

Deno.test("every refusal of a movement has its own code and moves nothing", async () => {
  await openAccount("refused", "100");
  await openAccount("refused-yen", "0", "JPY");
  await send("POST", "/v1/accounts/refused/deposits", { body: { fundsId: "used", amount: "1" } });
  const cases: [string, string, Record<string, unknown>, number, string][] = [
    ["more than there is", "withdrawals", { amount: "101.000001" }, 422, "insufficient_funds"],
    ["a zero amount", "deposits", { amount: "0" }, 400, "invalid_request"],
    ["a negative amount", "withdrawals", { amount: "-1" }, 400, "invalid_request"],
    ["a seventh decimal", "deposits", { amount: "1.0000001" }, 400, "invalid_request"],
    ["no number", "deposits", { amount: "1e3" }, 400, "invalid_request"],
    ["beyond what is held", "deposits", { amount: "1000000000000" }, 422, "balance_above_maximum"],
    ["a used id", "deposits", { fundsId: "used", amount: "2" }, 409, "duplicate_funds_id"],
    ["a used id elsewhere", "withdrawals", { fundsId: "used" }, 409, "duplicate_funds_id"],
    ["to itself", "transfers", { toAccountId: "refused" }, 400, "invalid_request"],
    ["to nobody", "transfers", { toAccountId: "nobody" }, 404, "account_unknown"],
    ["without a rate", "transfers", { toAccountId: "refused-yen" }, 422, "conversion_rate_missing"],
  ];
  for (const [at, [name, verb, over, status, code]] of cases.entries()) {
    const body = { fundsId: `no-${at}`, amount: "1", ...over };
    const answer = await send("POST", `/v1/accounts/refused/${verb}`, { body });
    assertEquals([name, answer.status, answer.body.code], [name, status, code]);
  }
  const nobody = await send("POST", "/v1/accounts/nobody/deposits", {
    body: { fundsId: "x", amount: "1" },
  });
  assertEquals([nobody.status, nobody.body.code], [404, "account_unknown"]);
  assertEquals(await balance("refused"), "101.000000");
});

Deno.test("a transfer changes both accounts at the recorded rate, once, and only between own ones", async () => {
  await trading.quote("USDJPY", 149_995);
  await openAccount("from", "1000");
  await openAccount("to", "0", "JPY");
  const body = { fundsId: "move-1", toAccountId: "to", amount: "10" };
  const foreign = await send("POST", "/v1/accounts/refusals/transfers", {
    body,
    key: "sw_without_admin",
  });
  assertEquals([foreign.status, foreign.body.code], [403, "account_denied"]);
  const moved = await send("POST", "/v1/accounts/from/transfers", { body });
  assertEquals([moved.status, moved.body.sent.amount], [201, "-10.000000"]);
  assertEquals(
    [moved.body.received.amount, moved.body.received.rate, moved.body.received.sent],
    ["1500.000000", "150.000000000000", "10.000000"],
  );
  await trading.quote("USDJPY", 160_000);
  assertEquals(await send("POST", "/v1/accounts/from/transfers", { body }), moved);
  const other = await send("POST", "/v1/accounts/from/transfers", {
    body: { ...body, amount: "11" },
  });
  assertEquals([other.status, other.body.code], [409, "duplicate_funds_id"]);
  const tiny = await send("POST", "/v1/accounts/to/transfers", {
    body: { fundsId: "tiny", toAccountId: "from", amount: "0.000001" },
  });
  assertEquals([tiny.status, tiny.body.code], [422, "amount_too_small"]);
  assertEquals([await balance("from"), await balance("to")], ["990.000000", "1500.000000"]);
  assertEquals(await auditBooks(deps.db), []);
});
