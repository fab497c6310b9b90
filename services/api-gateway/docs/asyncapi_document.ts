/** The AsyncAPI 3 document of the quote feed, from the schemas of its frames. */

import { toJsonSchema } from "@valibot/to-json-schema";
import {
  authenticatedFrame,
  authenticateFrame,
  errorFrame,
  feedLimits,
  feedPath,
  feedProblems,
  heartbeatFrame,
  quotesFrame,
  snapshotFrame,
  subscribedFrame,
  subscribeFrame,
  unsubscribeFrame,
} from "../../../shared/contracts/messages/feed.ts";
import { apiVersion } from "./openapi_document.ts";

const received = {
  authenticate: authenticateFrame,
  subscribe: subscribeFrame,
  unsubscribe: unsubscribeFrame,
};
const sent = {
  authenticated: authenticatedFrame,
  subscribed: subscribedFrame,
  snapshot: snapshotFrame,
  quotes: quotesFrame,
  heartbeat: heartbeatFrame,
  error: errorFrame,
};
const frames = { ...received, ...sent };

const problemLines = Object.entries(feedProblems).map(([code, { title, closeCode }]) =>
  `- \`${code}\`: ${title}${closeCode === null ? "" : ` (closes with ${closeCode})`}`
);
const limitLines = Object.entries(feedLimits).map(([name, value]) => `- \`${name}\`: ${value}`);

const description = [
  "Live quotes over one WebSocket. Authenticate with a header or the first frame, subscribe, and " +
  "read a snapshot, then every change. A client that keeps up gets every quote; one that does not " +
  "gets the newest quote of each symbol when it can take it.",
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
