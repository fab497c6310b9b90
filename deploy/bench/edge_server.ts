/**
 * The edge as the benches run it: everything is real, and quotes come through the streams as from
 * ingest. Arguments: port, and `pulse` for a burst of quotes each second and an account `bench`.
 * Prints the key that opens everything. On `/control` "burst N" publishes N bursts of ten quotes,
 * "time" answers the clock in microseconds, and "totals" what the feed has sent.
 */

import { createGatewayApp } from "../../services/api-gateway/app.ts";
import { openDenoKv } from "../../shared/kv/deno_kv.ts";
import { gatewayGround, startGateway } from "../../services/api-gateway/deps.ts";
import { ensureAdminKey } from "../../services/api-gateway/keys/create_key.ts";
import { accountUpdated } from "../../shared/contracts/messages/accounts.ts";
import { writeQuotes } from "../../shared/contracts/messages/quote_batch.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { price, type Symbol } from "../../shared/domain/instrument.ts";
import { epochMs } from "../../shared/domain/time.ts";
import { createEventSource, publishEvents } from "../../shared/runtime/events.ts";
import { openStreamsGround } from "../../shared/runtime/ground.ts";
import { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { inTurns } from "../../shared/runtime/serve_app.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { systemTimer, uuidIds } from "../../shared/runtime/time.ts";

const symbols = [
  ...["EURUSD", "GBPUSD", "AUDUSD", "NZDUSD", "USDCAD", "USDCHF", "EURGBP", "EURCHF"],
  ...["GBPCHF", "AUDNZD"],
];
const port = Number(Deno.args[0]);
const lifecycle = new Lifecycle({ logger: createLogger({ service: "bench", level: "warn" }) });
const streamsGround = await openStreamsGround("api-gateway", {
  http: { bodyBytesMax: 65_536 },
  streams: { url: "memory:" },
  log: { level: "warn" },
}, lifecycle);
const { streams } = streamsGround;
const ground = gatewayGround({
  security: { tokenSecret: "a secret of the bench, at least 32 long" },
  market: { clock: "real", hours: "always" },
  upstreams: {
    trading: "http://127.0.0.1:1",
    marketData: "http://127.0.0.1:1",
    pipeline: "http://127.0.0.1:1",
  },
  limits: { requestsPerSecond: 1_000_000, socketsPerKey: 10_000, sockets: 10_000 },
}, {
  ground: streamsGround,
  kv: await openDenoKv(":memory:", { clock: systemTimer }),
  console: null,
});
const deps = await startGateway(ground, lifecycle);
const key = await ensureAdminKey(deps);

const events = createEventSource({ source: "/bench", ids: uuidIds, clock: systemTimer });
let last = 0;

function burst() {
  last = Math.max(last + 1, Math.round((performance.timeOrigin + performance.now()) * 1000));
  const ms = epochMs(Math.floor(last / 1000));
  const quotes = symbols.map((symbol) => ({
    symbol: symbol as Symbol,
    bid: price(110_000),
    ask: price(110_010),
    venueTime: ms,
    receivedTime: ms,
    sequence: last,
  }));
  return events.event("quotes.received", writeQuotes("bench", quotes));
}

async function publishBursts(count: number): Promise<void> {
  await publishEvents(streams, topics.quotes, Array.from({ length: count }, burst));
}

async function pulse(): Promise<void> {
  await publishEvents(streams, topics.accounts, [
    events.event(accountUpdated.entries.type.literal, {
      accountId: "bench",
      currency: "USD",
      balance: "1000000",
      lastTransactionId: 1,
      openOrders: 3,
      positions: [{ symbol: "GBPUSD", units: "1000", openCost: "1100.05" }],
    }),
  ]);
  await publishBursts(1);
  setInterval(() => publishBursts(1), 1_000);
}

function control(request: Request): Response {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = ({ data }) => {
    const [what, count] = String(data).split(" ");
    if (what === "burst") {
      void publishBursts(Number(count));
    } else if (what === "time") {
      socket.send(String(Math.round((performance.timeOrigin + performance.now()) * 1000)));
    } else socket.send(JSON.stringify(deps.feed.totals));
  };
  return response;
}

if (Deno.args[1] === "pulse") await pulse();
const { fetch } = inTurns(createGatewayApp(deps));
Deno.serve(
  { port, hostname: "127.0.0.1", onListen: () => console.log(`ready ${key}`) },
  (request, info) => request.url.endsWith("/control") ? control(request) : fetch(request, info),
);
