// Fastify on Node answering the order check's route: the same schema, compiled by its own ajv, and
// a look at the key. It checks nothing else: what the edge does beyond is on the edge's account.
// Arguments: port, key.

import { createRequire } from "node:module";

// Installed beside this file for the bench only.
const Fastify = createRequire(import.meta.url)("fastify");

const [port, key] = process.argv.slice(2);
const keys = new Map([[key, { subject: "key:bench" }]]);
const decimal = { type: "string", maxLength: 40 };
const body = {
  type: "object",
  additionalProperties: false,
  required: ["clientOrderId", "symbol", "side", "type", "units"],
  properties: {
    clientOrderId: { type: "string", pattern: "^[A-Za-z0-9._:-]{1,64}$" },
    symbol: { type: "string", pattern: "^[A-Z]{6}$" },
    side: { enum: ["buy", "sell"] },
    type: { enum: ["market", "limit"] },
    timeInForce: { enum: ["GTC", "GTD", "IOC", "FOK"] },
    units: decimal,
    price: decimal,
    expireTime: { type: "string" },
  },
};
const params = {
  type: "object",
  properties: { accountId: { type: "string", pattern: "^[a-z][a-z0-9-]{0,39}$" } },
};
const response = { 200: { type: "object", properties: { acceptable: { type: "boolean" } } } };
const app = Fastify({ logger: false, ajv: { customOptions: { removeAdditional: false } } });
app.post(
  "/v1/accounts/:accountId/orders/check",
  { schema: { body, params, response } },
  (request, reply) => {
    if (!keys.has(request.headers["x-api-key"])) return reply.code(401).send({});
    reply.send({ acceptable: true });
  },
);
await app.listen({ port: Number(port), host: "127.0.0.1" });
console.log("ready");
