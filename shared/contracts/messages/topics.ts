/**
 * The map of the platform's events: every topic, what it carries, who publishes and who consumes.
 *
 * A consumer in a group gets each entry once among its copies, and again until it acknowledges. A
 * subscriber (`everyone`) gets every entry itself and acknowledges nothing.
 */

import type * as v from "valibot";
import { accountUpdated } from "./accounts.ts";
import { barsUpdated } from "./bars.ts";
import { executionReported } from "./executions.ts";
import { orderEvent } from "./orders.ts";
import { quoteEvent } from "./quotes.ts";
import { ticksRefused } from "./refused_ticks.ts";
import { tickReleased } from "./released_ticks.ts";
import { riskRuleChanged } from "./risk.ts";
import { signalsUpdated } from "./signals.ts";
import { transactionsBooked } from "./transactions.ts";

export interface Topic<Schema extends v.GenericSchema = v.GenericSchema> {
  /** Stream name; its dead letters go to `<name>.dead`. */
  readonly name: string;
  readonly schema: Schema;
  /** Entries kept at most; the oldest go first. */
  readonly lengthMax: number;
  readonly publishers: readonly string[];
  /** Consumer groups, by the part that reads as the group. */
  readonly groups: readonly string[];
  /** Parts of which every copy reads everything. */
  readonly everyone: readonly string[];
}

const topic = <Schema extends v.GenericSchema>(one: Topic<Schema>): Topic<Schema> => one;

export const topics = {
  quotes: topic({
    name: "quotes",
    schema: quoteEvent,
    lengthMax: 20_000,
    publishers: ["workers/ingest"],
    groups: ["archive"],
    everyone: [
      "workers/execution",
      "services/api-gateway",
      "services/market-data",
      "services/trading-gateway",
    ],
  }),
  refusedTicks: topic({
    name: "refused-ticks",
    schema: ticksRefused,
    lengthMax: 5_000,
    publishers: ["workers/ingest"],
    groups: ["pipeline"],
    everyone: [],
  }),
  releasedTicks: topic({
    name: "released-ticks",
    schema: tickReleased,
    lengthMax: 100_000,
    publishers: ["services/data-pipeline"],
    groups: ["archive"],
    everyone: [],
  }),
  bars: topic({
    name: "bars",
    schema: barsUpdated,
    lengthMax: 20_000,
    publishers: ["workers/archive"],
    groups: [],
    everyone: ["services/api-gateway", "workers/analysis"],
  }),
  signals: topic({
    name: "signals",
    schema: signalsUpdated,
    lengthMax: 20_000,
    publishers: ["workers/analysis"],
    groups: [],
    // The worker itself reads what it told before it was started again.
    everyone: ["services/api-gateway", "workers/analysis"],
  }),
  orders: topic({
    name: "orders",
    schema: orderEvent,
    lengthMax: 100_000,
    publishers: ["services/trading-gateway"],
    groups: ["execution"],
    everyone: [],
  }),
  executions: topic({
    name: "executions",
    schema: executionReported,
    lengthMax: 100_000,
    publishers: ["workers/execution"],
    groups: ["trading"],
    everyone: [],
  }),
  accounts: topic({
    name: "accounts",
    schema: accountUpdated,
    lengthMax: 100_000,
    publishers: ["services/trading-gateway"],
    groups: [],
    everyone: ["services/api-gateway"],
  }),
  risk: topic({
    name: "risk",
    schema: riskRuleChanged,
    lengthMax: 200_000,
    publishers: ["services/trading-gateway"],
    groups: [],
    everyone: ["services/api-gateway", "services/trading-gateway"],
  }),
  transactions: topic({
    name: "transactions",
    schema: transactionsBooked,
    // What an edge misses it reads from the trading gateway, so few are kept.
    lengthMax: 5_000,
    publishers: ["services/trading-gateway"],
    groups: [],
    everyone: ["services/api-gateway"],
  }),
} as const;

/** What a topic's events look like after parsing. */
export type EventOf<One extends Topic> = v.InferOutput<One["schema"]>;
