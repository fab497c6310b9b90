import { assertEquals } from "@std/assert";
import type { AccountSnapshotFrame } from "../account_frames.ts";
import type { Account, Transaction } from "../generated/types.gen.ts";
import { AccountFold } from "./account_fold.ts";

function begin(over: Partial<Account>, positions: AccountSnapshotFrame["positions"] = []) {
  const account: Account = {
    ...{ accountId: "demo", tenant: "default", currency: "USD", positionMode: "netting" },
    ...{ lotMatching: "average", balance: "1000.000000", marginCall: false, openOrders: 0 },
    ...{ unrealised: null, equity: null, marginUsed: null, marginAvailable: null },
    openPositions: positions.length,
    lastTransactionId: 4,
    ...over,
  };
  const fold = new AccountFold({ account, positions });
  let last = account.lastTransactionId;
  return (one: Partial<Transaction> & Pick<Transaction, "type">): Account => {
    fold.apply({ accountId: "demo", transactionId: ++last, time: "", ...one }, 0);
    return fold.account;
  };
}
const fill = { type: "order_filled", symbol: "EURUSD" } as const;

Deno.test("cash follows what each transaction paid, charged and moved, to the micro", () => {
  const apply = begin({});
  assertEquals(apply({ type: "funds_transferred", amount: "-0.000001" }).balance, "999.999999");
  const charged = { commission: "0.240000", premium: "0.010000" };
  const filled = apply({ ...fill, units: "100", paid: "-1.500000", ...charged });
  assertEquals([filled.balance, filled.openPositions], ["998.249999", 1]);
  assertEquals(apply({ type: "financing_charged", amount: "-998.25" }).balance, "-0.000001");
  assertEquals(apply({ type: "margin_call_entered" }).marginCall, true);
  assertEquals(apply({ type: "order_canceled" }).marginCall, true);
  const last = apply({ type: "margin_call_exited" });
  assertEquals([last.marginCall, last.lastTransactionId], [false, 10]);
});

Deno.test("a netting account counts positions, a hedging one its legs", () => {
  const netting = begin({});
  assertEquals(netting({ ...fill, units: "100" }).openPositions, 1);
  assertEquals(netting({ ...fill, units: "-300" }).openPositions, 1);
  assertEquals(netting({ ...fill, units: "200" }).openPositions, 0);
  const hedging = begin({ positionMode: "hedging" });
  assertEquals(hedging({ ...fill, units: "100" }).openPositions, 1);
  assertEquals(hedging({ ...fill, units: "-300" }).openPositions, 2);
  // Buys back 300 and, as it was on its way, 20 more that open.
  const closed = [{ lotId: 6, units: "300" }];
  assertEquals(hedging({ ...fill, units: "320", closed }).openPositions, 1);
  const rest = [{ lotId: 5, units: "100" }, { lotId: 7, units: "20" }];
  assertEquals(hedging({ ...fill, units: "-120", closed: rest }).openPositions, 0);
});
