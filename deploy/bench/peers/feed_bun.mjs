// Bun's native publish as a quote feed: each quote is a message of its own, published once; Bun
// writes what it published within a turn together. Arguments: port, and `joined` to publish a
// burst as one message instead. On `/control` a text "burst N" publishes N bursts.

import { joinedText, quoteTexts } from "./quote_texts.mjs";

const joined = process.argv[3] === "joined";
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
        const texts = quoteTexts(performance);
        if (joined) server.publish("quotes", joinedText(texts));
        else for (const text of texts) server.publish("quotes", text);
      }
    },
  },
});
console.log("ready");
