import { assertEquals } from "@std/assert";
import type { ExecId } from "../../../shared/domain/ids.ts";
import { epochMs } from "../../../shared/domain/time.ts";
import { accountId, World } from "../testing/linked_world.ts";

Deno.test("an order that the venue rejects while its replace is under way ends, and so does the replace", () => {
  const world = new World();
  const { orderId, symbol } = world.place({});
  const report = (execType: "replaced" | "rejected", execId: string) => ({
    kind: "apply_report" as const,
    accountId,
    report: {
      venue: "simulator",
      execId: execId as ExecId,
      accountId,
      orderId,
      symbol,
      time: epochMs(Date.UTC(2026, 0, 7, 13)),
      text: "no",
      ...(execType === "replaced" ? { execType, revision: 1 } : { execType }),
    },
  });
  for (const units of ["9000", "8000"]) {
    world.do({ kind: "replace_order", accountId, orderId, request: { units } });
  }
  world.do(report("replaced", "a"));
  const before = world.transactions.length;
  world.do(report("rejected", "b"));
  assertEquals(world.transactions.slice(before).map(({ type }) => type), [
    "order_replace_rejected",
    "order_canceled",
  ]);
  const order = world.account.orders.get(orderId)!;
  assertEquals([order.status, order.text, order.replacing.length], ["canceled", "no", 0]);
  assertEquals(world.account.openOrders, 0);
});
