/** Whether the books hold what clients were told, each thing once. */

import type { Kysely } from "kysely";
import type { TradingDatabase } from "../../../services/trading-gateway/desk/tables.ts";
import type { TransactionView } from "../../../shared/contracts/http/trading.ts";
import { isOpen, type OrderStatus } from "../../../shared/domain/orders/order.ts";
import type { Asked, MixedLoad } from "./mixed_load.ts";

/** Every difference between what was acknowledged and what is stored, for a person to read. */
export async function differences(db: Kysely<TradingDatabase>, load: MixedLoad): Promise<string[]> {
  const rows = await db.selectFrom("orders")
    .select(["account_id", "client_order_id", "transaction_id", "status"]).execute();
  const bodies = (await db.selectFrom("transactions").select("body")
    .where("type", "in", ["funds_transferred", "transfer_sent", "order_replace_requested"])
    .execute()).map((row) => row.body as TransactionView);
  const orders = rows.map((row) => ({
    name: `${row.account_id} ${row.client_order_id}`,
    id: `${row.account_id}.${row.transaction_id}`,
    status: row.status as OrderStatus,
  }));
  const funds = bodies.filter((one) => one.fundsId !== undefined).map((one) => ({
    name: `${one.accountId} ${one.fundsId}`,
    id: `${one.accountId}.${one.transactionId}`,
  }));
  const replaces = bodies.filter((one) => one.type === "order_replace_requested")
    .map((one) => ({ name: `${one.orderId} to ${one.units}`, id: "" }));
  const stored = { orders: byName(orders), funds: byName(funds), replaces: byName(replaces) };
  return [
    ...load.asked.flatMap((one) => misbooked(one, stored[one.change.kind])),
    ...load.replaces.flatMap(({ orderId, units, acknowledged }) => {
      const count = stored.replaces.get(`${orderId} to ${units}`)?.length ?? 0;
      const fits = acknowledged ? count === 1 : count <= 1;
      return fits ? [] : [`replace of ${orderId} to ${units}: ${count} times`];
    }),
    ...orders.filter(({ id, status }) => load.canceled.has(id) && isOpen(status))
      .map(({ id, status }) => `${id}: its cancel was acknowledged, it is ${status}`),
  ];
}

interface Found {
  readonly name: string;
  readonly id: string;
  readonly status?: OrderStatus;
}

const byName = (found: readonly Found[]) => Map.groupBy(found, ({ name }) => name);

/** What was refused may have left a rejected order, and nothing else. */
function misbooked({ change, answer }: Asked, stored: ReadonlyMap<string, Found[]>): string[] {
  return change.names.flatMap((name, at) => {
    const found = stored.get(`${change.accountId} ${name}`) ?? [];
    const fits = typeof answer !== "string"
      ? found.length === 1 && found[0]!.id === answer[at]
      : answer === "refused" && found.length <= 1 &&
        found.every(({ status }) => status === "rejected");
    const told = typeof answer === "string" ? answer : answer[at];
    return fits
      ? []
      : [`${change.accountId} ${name}: told ${told}, stored ${JSON.stringify(found)}`];
  });
}
