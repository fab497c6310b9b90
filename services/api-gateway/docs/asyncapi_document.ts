/** The AsyncAPI 3 document of the quote feed, from the schemas of its frames. */

import { toJsonSchema } from "@valibot/to-json-schema";
import {
  authenticatedFrame,
  authenticateFrame,
  barsFrame,
  errorFrame,
  feedLimits,
  feedPath,
  feedProblems,
  gapFrame,
  heartbeatFrame,
  quotesFrame,
  resumeLimits,
  signalsFrame,
  snapshotFrame,
  subscribedFrame,
  subscribeFrame,
  tableFrame,
  unsubscribeFrame,
} from "../../../shared/contracts/messages/feed.ts";
import {
  accountSnapshotFrame,
  accountSubscribedFrame,
  accountValuesFrame,
  subscribeAccountFrame,
  transactionsFrame,
  unsubscribeAccountFrame,
} from "../../../shared/contracts/messages/feed_account.ts";
import {
  binaryKinds,
  binaryVersion,
  feedProtocols,
  headBytes,
  recordBytes,
} from "../../../shared/contracts/messages/feed_binary.ts";
import { apiVersion } from "./openapi_document.ts";

const received = {
  authenticate: authenticateFrame,
  subscribe: subscribeFrame,
  unsubscribe: unsubscribeFrame,
  subscribeAccount: subscribeAccountFrame,
  unsubscribeAccount: unsubscribeAccountFrame,
};
const sent = {
  authenticated: authenticatedFrame,
  table: tableFrame,
  subscribed: subscribedFrame,
  gap: gapFrame,
  snapshot: snapshotFrame,
  quotes: quotesFrame,
  bars: barsFrame,
  signals: signalsFrame,
  accountSubscribed: accountSubscribedFrame,
  account_snapshot: accountSnapshotFrame,
  transactions: transactionsFrame,
  account_values: accountValuesFrame,
  heartbeat: heartbeatFrame,
  error: errorFrame,
};
const frames = { ...received, ...sent };

const problemLines = Object.entries(feedProblems).map(([code, { title, closeCode }]) =>
  `- \`${code}\`: ${title}${closeCode === null ? "" : ` (closes with ${closeCode})`}`
);
const limitLines = Object.entries(feedLimits).map(([name, value]) => `- \`${name}\`: ${value}`);

const { json: jsonProtocol, binary: binaryProtocol } = feedProtocols;
const binary = [
  `With the WebSocket subprotocol \`${binaryProtocol}\` (default \`${jsonProtocol}\`) the frames ` +
  "`snapshot` and `quotes` are binary messages; all others stay JSON text. Little-endian; a head " +
  `of ${headBytes} bytes: version ${binaryVersion} (u8), kind (u8: ${binaryKinds.snapshot} snapshot, ` +
  `${binaryKinds.quotes} quotes), bytes of a record (u16: ${recordBytes}), number of records (u32). ` +
  "A record:",
  "",
  "| offset | type | meaning |",
  "|---|---|---|",
  "| 0 | u16 | index into the `table` frame |",
  "| 2 | u8 | status: 0 live, 1 quiet, 2 stale, 3 closed |",
  "| 3 | u8 | 0 |",
  "| 4 | u32 | bid in points, `10^-pricePrecision` each |",
  "| 8 | u32 | ask in points |",
  "| 12 | u32 | the venue's time, milliseconds since 1970, lower 32 bits |",
  "| 16 | u16 | the venue's time, upper 16 bits |",
  "| 18 | u16 | time of receipt, upper 16 bits |",
  "| 20 | u32 | time of receipt, lower 32 bits |",
  "| 24 | f64 | sequence |",
].join("\n");

const description = [
  "Live quotes, bars, signals and accounts over one WebSocket. Authenticate with a header or the first frame, " +
  "subscribe, and read a snapshot, then every change. A client that keeps up gets every quote; one " +
  "that does not gets the newest quote of each symbol when it can take it. Quotes of one symbol " +
  "never go back.",
  "A `subscribe` may ask for the newest of each symbol at an interval: its turns are counted from " +
  "1970, and all clients of an interval get the same frame. After a reconnect it may name the last " +
  "sequence seen of each symbol (of bars, the latest open time), and is answered with what was " +
  "missed, or with a `gap` and a snapshot. Every edge shares these, so a client may come back to " +
  `another. Kept are ${resumeLimits.quotesPerSymbol} quotes and ` +
  `${resumeLimits.signalsPerSymbol} signals of each symbol and ${resumeLimits.barsPerSymbol} bars of ` +
  `each side, and ${resumeLimits.updatesPerAnswer} go in one ` +
  "answer.",
  "The channel `account` carries every transaction of an account (order, fill, money and margin " +
  "alike), each once, in order, without gaps, and twice a second at most what the account is worth. " +
  "`subscribe` with the account's id is answered with `subscribed` and `account_snapshot`, or, with " +
  "`since`, with what came after that transaction, however long ago: after a reconnect, to this " +
  "edge or another, name the last transaction seen. The key needs `trade:read` and must reach the " +
  "account. A client that reads slowly is told at its own pace and misses nothing; one that reads " +
  "nothing is closed. The answer waits for the trading gateway: while that is away, heartbeats go " +
  "on. `GET /v1/accounts/{accountId}/transactions` is the same sequence. These frames are JSON text " +
  "under the binary protocol too.",
  binary,
  "Refusals:\n" + problemLines.join("\n"),
  "Limits:\n" + limitLines.join("\n"),
].join("\n\n");

export function asyncapiDocument() {
  const messagesOf = (names: string[]) =>
    names.map((name) => ({ $ref: `#/channels/feed/messages/${name}` }));
  return {
    asyncapi: "3.0.0",
    info: { title: "Spotwire quote feed", version: apiVersion, description },
    defaultContentType: "application/json",
    servers: {
      local: {
        host: "localhost:8000",
        protocol: "ws",
        description: "The edge; `wss` behind TLS",
        security: [
          { $ref: "#/components/securitySchemes/apiKey" },
          { $ref: "#/components/securitySchemes/bearer" },
        ],
      },
    },
    channels: {
      feed: {
        address: feedPath,
        messages: Object.fromEntries(
          Object.keys(frames).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
      },
    },
    operations: {
      receiveFromClient: {
        action: "receive",
        channel: { $ref: "#/channels/feed" },
        messages: messagesOf(Object.keys(received)),
      },
      sendToClient: {
        action: "send",
        channel: { $ref: "#/channels/feed" },
        messages: messagesOf(Object.keys(sent)),
      },
    },
    components: { messages: messages(), securitySchemes },
  };
}

function messages() {
  return Object.fromEntries(
    Object.entries(frames).map(([name, schema]) => {
      const { $schema: _, description, ...payload } = toJsonSchema(schema, {
        errorMode: "ignore",
      });
      return [name, { name, summary: description, payload }];
    }),
  );
}

const securitySchemes = {
  apiKey: { type: "httpApiKey", in: "header", name: "X-API-Key" },
  bearer: { type: "http", scheme: "bearer", description: "A key or a token" },
};
