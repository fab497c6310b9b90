/** HTTP contract of risk: the rules of each level, their audit, and the kill switch. */

import { z } from "@hono/zod-openapi";
import { openOrdersMax } from "../../domain/orders/check_order.ts";
import { orderStatuses } from "../../domain/orders/order.ts";
import { riskLevelPattern } from "../../domain/risk/levels.ts";
import { tradingStates } from "../../domain/risk/limits.ts";
import {
  jsonBody,
  jsonResponse,
  onlyProblemResponses,
  problemResponses,
  securedRoute,
} from "./routes.ts";
import { accountId, decimal, orderId, symbol, tenant, timestamp, words } from "./values.ts";

const level = z.string().regex(riskLevelPattern).openapi({
  description:
    "Whom a rule binds: `platform`, `tenant:<name>`, `account:<id>` or `instrument:<symbol>`",
  example: "account:demo",
});
const killId = z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/).openapi({
  description: "Yours; the same again is the same kill",
  example: "incident-17",
});
const state = z.enum(tradingStates).openapi({
  description: "`reduce_only` takes what shrinks a position; `halted` takes cancels alone",
});
const reason = words(500).min(1).openapi({ description: "Why, for the audit" });
const version = z.number().int().min(0);

/** Left out: no limit. */
export const riskLimits = z
  .strictObject({
    orderUnitsMax: decimal.optional().openapi({ description: "Units of one order" }),
    orderNotionalMax: decimal.optional().openapi({ description: "Of one order at mid, in USD" }),
    collarPercent: decimal.optional().openapi({
      description: "How far a limit or trigger price may be from mid, in per cent",
      example: "2.5",
    }),
    collarPoints: z.number().int().min(1).max(10_000_000).optional().openapi({
      description: "The same in points of the instrument",
    }),
    positionUnitsMax: decimal.optional().openapi({
      description: "Units held in one symbol, opening orders included",
    }),
    exposureMax: decimal.optional().openapi({
      description: "Notional of all positions and opening orders, in USD",
    }),
    openOrdersMax: z.number().int().min(0).max(openOrdersMax).optional(),
    ordersPerSecondMax: z.number().int().min(1).max(100_000).optional().openapi({
      description: "Orders and replaces that a client sent and that were taken, each once, " +
        "lastingly; not those that were refused or repeated",
    }),
    orderBurstMax: z.number().int().min(1).max(100_000).optional().openapi({
      description: "At once after a pause; default a second's worth",
    }),
    dailyLossMax: decimal.optional().openapi({
      description: "Realised and unrealised loss since 17:00 New York, in USD",
    }),
    duplicateMs: z.number().int().min(1).max(3_600_000).optional().openapi({
      description: "The same order under another id is refused for so long",
    }),
    symbols: z.array(symbol).max(200).optional().openapi({ description: "Those that are traded" }),
    totalPositionUnitsMax: decimal.optional().openapi({
      description:
        "Units on one side of one symbol, when all that waits there fills; not netted over accounts",
    }),
    totalExposureMax: decimal.optional().openapi({
      description: "Notional of all positions and opening orders, in USD",
    }),
    totalOpenOrdersMax: z.number().int().min(0).max(100_000_000).optional(),
    totalOrdersPerSecondMax: z.number().int().min(1).max(1_000_000).optional().openapi({
      description: "Orders and replaces, lastingly",
    }),
    totalOrderBurstMax: z.number().int().min(1).max(1_000_000).optional().openapi({
      description: "At once after a pause; default a second's worth",
    }),
    totalDailyLossMax: decimal.optional().openapi({
      description: "Sum of the results since 17:00 New York, realised and unrealised, in USD",
    }),
  })
  .openapi("RiskLimits", {
    description:
      "What is left out has no limit. A limit bounds each account by itself, and of several levels " +
      "the strictest counts. One named `total…` bounds all accounts of the platform or of the " +
      "tenant together; other levels have none. A rule of an instrument has none that count over " +
      "all symbols.",
  });

export const riskRuleView = z
  .object({ level, version, state, limits: riskLimits, changedAt: timestamp.nullable() })
  .openapi("RiskRule");

export const changeRiskRuleBody = z
  .strictObject({
    version: version.openapi({ description: "The one you read; 0 for a level without a rule" }),
    state: state.default("active"),
    limits: riskLimits.default({}),
    reason,
  })
  .openapi("ChangeRiskRule");

const storedRule = z.object({ version, state, limits: riskLimits });
export const riskChangeView = z
  .object({
    changeId: z.number().int(),
    at: timestamp,
    actor: z.string(),
    level,
    before: storedRule,
    after: storedRule,
    reason: z.string(),
    killId: killId.nullable(),
    previousHash: z.string(),
    hash: z.string().openapi({
      description: "SHA-256 over `previousHash`, a line feed and the canonical JSON of the rest",
    }),
  })
  .openapi("RiskChange");

export const accountRiskView = z
  .object({
    accountId,
    tenant,
    symbol,
    state,
    limits: riskLimits,
    rules: z.array(z.object({ level, version, state })).openapi({
      description: "The levels it comes from, the most general first",
    }),
    currency: z.string().openapi({ description: "Of every limit of money" }),
    totals: z.array(z.object({
      level,
      limits: riskLimits,
      openOrders: z.number().int(),
      exposure: decimal.nullable(),
      dayResult: decimal.nullable(),
    })).openapi({
      description: "What bounds the account together with others, and what all of them have now",
    }),
    exposure: decimal.nullable(),
    dayResult: decimal.nullable().openapi({
      description: "Since 17:00 New York, realised and unrealised; null while not counted",
    }),
  })
  .openapi("AccountRisk");

export const killBody = z
  .strictObject({
    killId,
    level,
    state: z.enum(["halted", "reduce_only"]).default("halted"),
    flatten: z.boolean().default(false).openapi({ description: "Close the positions too" }),
    dryRun: z.boolean().default(false).openapi({ description: "Say what it would do, do nothing" }),
    reason,
  })
  .openapi("Kill");

const counted = z.number().int();
export const killView = z
  .object({
    killId,
    level,
    state,
    flatten: z.boolean(),
    reason: z.string(),
    actor: z.string(),
    status: z.enum(["dry_run", "under_way", "finished", "released"]),
    createdAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
    releasedAt: timestamp.nullable(),
    canceled: z.object({ asked: counted, ended: counted }).openapi({
      description: "Orders it asked to be canceled, and those that have ended",
    }),
    flattened: z.object({ placed: counted, ended: counted }).openapi({
      description: "Orders it placed to close positions, and those that have ended",
    }),
    standing: z.object({ accounts: counted, openOrders: counted, openPositions: counted }).openapi({
      description: "What the level holds now",
    }),
    orders: z.array(z.object({
      accountId,
      orderId,
      symbol,
      purpose: z.enum(["cancel", "flatten"]),
      status: z.enum(orderStatuses),
    })).openapi({ description: "The first thousand of them, as they are now" }),
  })
  .openapi("KillState");

const access = { permission: "admin", account: false } as const;
const levelParams = z.object({ level });
const killParams = z.object({ killId });

export const listRiskRulesRoute = securedRoute(access, {
  method: "get",
  path: "/v1/risk/rules",
  operationId: "listRiskRules",
  tags: ["risk"],
  summary: "The rules of every level that has one",
  request: {
    query: z.object({
      after: level.optional(),
      limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
    }),
  },
  responses: {
    200: jsonResponse(z.object({ rules: z.array(riskRuleView) }), "In the order of their levels"),
    ...problemResponses(),
  },
});

export const getRiskRuleRoute = securedRoute(access, {
  method: "get",
  path: "/v1/risk/rules/{level}",
  operationId: "getRiskRule",
  tags: ["risk"],
  summary: "The rule of a level; version 0 where none was ever set",
  request: { params: levelParams },
  responses: { 200: jsonResponse(riskRuleView, "The rule"), ...problemResponses() },
});

export const putRiskRuleRoute = securedRoute(access, {
  method: "put",
  path: "/v1/risk/rules/{level}",
  operationId: "putRiskRule",
  tags: ["risk"],
  summary: "Set a level's rule whole; it binds the next order, and is audited",
  request: { params: levelParams, body: jsonBody(changeRiskRuleBody) },
  responses: {
    200: jsonResponse(riskRuleView, "The rule as it now is"),
    ...problemResponses(404, 409, 413, 415, 504),
  },
});

export const listRiskChangesRoute = securedRoute(access, {
  method: "get",
  path: "/v1/risk/changes",
  operationId: "listRiskChanges",
  tags: ["risk"],
  summary: "Who changed which rule, when, from what, to what and why; oldest first",
  request: {
    query: z.object({
      since: z.coerce.number().int().min(0).max(2_147_483_647).default(0),
      level: level.optional(),
      limit: z.coerce.number().int().min(1).max(1_000).default(500),
    }),
  },
  responses: {
    200: jsonResponse(
      z.object({ changes: z.array(riskChangeView) }),
      "The changes; page on with `since` set to the last one's id",
    ),
    ...problemResponses(),
  },
});

export const verifyRiskChangesRoute = securedRoute(access, {
  method: "get",
  path: "/v1/risk/changes/verification",
  operationId: "verifyRiskChanges",
  tags: ["risk"],
  summary: "Whether the audit is whole: every hash worked out anew",
  responses: {
    200: jsonResponse(
      z.object({
        changes: counted,
        brokenChangeId: counted.nullable().openapi({
          description: "The first change that does not follow from the one before; null for none",
        }),
      }).openapi("RiskVerification"),
      "The verdict",
    ),
    ...onlyProblemResponses(401, 403, 429, 500, 503),
  },
});

export const getAccountRiskRoute = securedRoute({ permission: "trade:read", account: true }, {
  method: "get",
  path: "/v1/accounts/{accountId}/risk",
  operationId: "getAccountRisk",
  tags: ["risk"],
  summary: "What binds an account's orders in a symbol, and how much of it is used",
  request: { params: z.object({ accountId }), query: z.object({ symbol }) },
  responses: {
    200: jsonResponse(accountRiskView, "The rules of all levels as one"),
    ...problemResponses(404, 422),
  },
});

export const killRoute = securedRoute(access, {
  method: "post",
  path: "/v1/risk/kill",
  operationId: "kill",
  tags: ["risk"],
  summary: "Stop a level: no new orders, open ones canceled, positions closed where asked",
  request: { body: jsonBody(killBody) },
  responses: {
    200: jsonResponse(killView, "A dry run: what it would do"),
    202: jsonResponse(killView, "The kill; read it again until it is finished"),
    ...problemResponses(404, 409, 413, 415, 504),
  },
});

export const listKillsRoute = securedRoute(access, {
  method: "get",
  path: "/v1/risk/kills",
  operationId: "listKills",
  tags: ["risk"],
  summary: "Kills, newest first",
  request: { query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(20) }) },
  responses: {
    200: jsonResponse(z.object({ kills: z.array(killView) }), "The kills"),
    ...problemResponses(),
  },
});

export const getKillRoute = securedRoute(access, {
  method: "get",
  path: "/v1/risk/kills/{killId}",
  operationId: "getKill",
  tags: ["risk"],
  summary: "What a kill has done and what is still under way",
  request: { params: killParams },
  responses: { 200: jsonResponse(killView, "The kill"), ...problemResponses(404) },
});

export const releaseKillRoute = securedRoute(access, {
  method: "post",
  path: "/v1/risk/kills/{killId}/release",
  operationId: "releaseKill",
  tags: ["risk"],
  summary: "Let the level trade again as it did before the kill",
  description: "Where other kills of the level stand, theirs is the state that counts.",
  request: {
    params: killParams,
    body: jsonBody(z.strictObject({ reason }).openapi("ReleaseKill")),
  },
  responses: {
    200: jsonResponse(killView, "The kill, released; again changes nothing"),
    ...problemResponses(404, 413, 415, 504),
  },
});

/** Routes the trading gateway serves beside those of `trading.ts`. */
export const riskRoutes = [
  listRiskRulesRoute,
  getRiskRuleRoute,
  putRiskRuleRoute,
  listRiskChangesRoute,
  verifyRiskChangesRoute,
  getAccountRiskRoute,
  killRoute,
  listKillsRoute,
  getKillRoute,
  releaseKillRoute,
] as const;
