// npm `ws` on Node as a quote feed: each quote is a message of its own, sent to each client.
// Arguments: port. On `/control` a text "burst N" publishes N bursts.

import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import { quoteTexts } from "./quote_texts.mjs";

// Installed beside this file for the bench only.
const { WebSocketServer } = createRequire(import.meta.url)("ws");

const clients = [];
const server = new WebSocketServer({
  port: Number(process.argv[2]),
  host: "127.0.0.1",
  perMessageDeflate: false,
});
server.on("connection", (socket, request) => {
  if (request.url !== "/control") return clients.push(socket);
  socket.on("message", (message) => {
    const bursts = Number(String(message).split(" ")[1]);
    for (let burst = 0; burst < bursts; burst++) {
      for (const text of quoteTexts(performance)) {
        for (const client of clients) client.send(text);
      }
    }
  });
});
server.on("listening", () => console.log("ready"));
