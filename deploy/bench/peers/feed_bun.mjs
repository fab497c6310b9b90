// Bun's native publish as a quote feed: each quote is a message of its own, published once; Bun
// writes what it published within a turn together. Arguments: port, and `joined` to publish a
// burst as one message instead, `binary` for the edge's binary messages of one quote, or
// `binary_joined` for those of a burst. On `/control` a text "burst N" publishes N bursts.

import { joinedText, quoteBytes, quoteTexts } from "./quote_texts.mjs";

const form = process.argv[3] ?? "each";
const messagesOf = {
  each: quoteTexts,
  joined: (clock) => [joinedText(quoteTexts(clock))],
  binary: (clock) => Array.from({ length: 10 }, () => quoteBytes(clock, 1)),
  binary_joined: (clock) => [quoteBytes(clock, 10)],
}[form];
const server = Bun.serve({
  port: Number(process.argv[2]),
  hostname: "127.0.0.1",
  fetch(request, server) {
    const control = request.url.endsWith("/control");
    return server.upgrade(request, { data: { control } }) ? undefined : new Response("no");
  },
  websocket: {
    idleTimeout: 0,
    open(socket) {
      if (!socket.data.control) socket.subscribe("quotes");
    },
    message(_socket, message) {
      const bursts = Number(String(message).split(" ")[1]);
      for (let burst = 0; burst < bursts; burst++) {
        for (const message of messagesOf(performance)) server.publish("quotes", message);
      }
    },
  },
});
console.log("ready");
