/**
 * A platform that is only a wall of prices: 200 symbols, 20 updates a second each, to the real console
 * and to a plain table. Prints its port. A process of its own, as it would be.
 */

import { readConsole } from "../../services/api-gateway/console/console_files.ts";
import { sessionTokenPath } from "../../services/api-gateway/sessions/session_view.ts";

const symbolsCount = 200;
const updatesPerSecond = 20;
/** As the edge flushes: a fifth of the symbols every 10 ms. */
const tickMs = 10;
const perTick = symbolsCount * updatesPerSecond * tickMs / 1_000;

const letters = "ABCDEFGHIJKLMNOPQRST";
const symbols = Array.from(
  { length: symbolsCount },
  (_, at) => `X${letters[Math.floor(at / 20)]}${letters[at % 20]}USD`,
);
const points = symbols.map((_, at) => 100_000 + at * 137);
let sequence = 0;

const files = (await readConsole())!;
const plainPage = await Deno.readTextFile(new URL("./peers/console_table.html", import.meta.url));

const instrument = (symbol: string) => ({
  ...{ symbol, base: "EUR", quote: "USD", pricePrecision: 5, pip: "0.0001", spotLagDays: 2 },
  ...{ unitsMin: "1", unitsMax: "1000000", unitsStep: "1", marginRate: "0.033333" },
  ...{ isOpen: true, nextOpen: null, nextClose: null },
});
const answers: Readonly<Record<string, unknown>> = {
  "/v1/instruments": { instruments: symbols.map(instrument) },
  "/v1/accounts": { accounts: [] },
};

/** A step up or down, never the same: every update is one. */
function move(at: number): void {
  const way = (sequence * 7_919 + at * 104_729) % 2 === 0 ? 1 : -1;
  points[at] = points[at]! + way * (1 + sequence % 9);
  sequence += 1;
}

function binaryFrame(kind: 1 | 2, indexes: readonly number[]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(8 + indexes.length * 32));
  view.setUint8(0, 1);
  view.setUint8(1, kind);
  view.setUint16(2, 32, true);
  view.setUint32(4, indexes.length, true);
  const now = Date.now();
  indexes.forEach((at, record) => {
    const from = 8 + record * 32;
    view.setUint16(from, at, true);
    view.setUint32(from + 4, points[at]!, true);
    view.setUint32(from + 8, points[at]! + 8, true);
    view.setUint32(from + 12, now % 2 ** 32, true);
    view.setUint16(from + 16, Math.floor(now / 2 ** 32), true);
    view.setUint16(from + 18, Math.floor(now / 2 ** 32), true);
    view.setUint32(from + 20, now % 2 ** 32, true);
    view.setFloat64(from + 24, sequence, true);
  });
  return view.buffer;
}

function feed(socket: WebSocket): void {
  const say = (frame: unknown) => socket.send(JSON.stringify(frame));
  let next = 0;
  let sent = 0;
  /** When the subscription was answered; before it nothing is sent. */
  let begun: number | null = null;
  const tick = () => {
    if (begun === null || socket.readyState !== WebSocket.OPEN) return;
    // Timers run late; the rate is kept all the same.
    const due = Math.floor((performance.now() - begun) / tickMs);
    for (; sent < due; sent++) {
      const indexes = Array.from({ length: perTick }, () => next++ % symbolsCount);
      indexes.forEach(move);
      socket.send(binaryFrame(2, indexes));
    }
  };
  const timers = [
    setInterval(tick, tickMs / 2),
    setInterval(() => {
      if (socket.readyState === WebSocket.OPEN) say({ type: "heartbeat", time: Date.now() });
    }, 1_000),
  ];
  socket.onclose = () => timers.forEach(clearInterval);
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.type === "authenticate") {
      say({ type: "authenticated" });
      const table = symbols.map((symbol, index) => ({ index, symbol, pricePrecision: 5 }));
      say({ type: "table", instruments: table });
    } else if (frame.type === "subscribe" && frame.channel !== "bars") {
      const { id } = frame;
      say({ type: "subscribed", channel: "quotes", symbols: "*", intervalMs: 0, id });
      socket.send(binaryFrame(1, symbols.map((_, at) => at)));
      begun = performance.now();
      sent = 0;
    }
  };
}

function answer(request: Request): Response {
  const { pathname } = new URL(request.url);
  if (pathname === "/v1/feed") {
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "spotwire.v1.binary" });
    socket.binaryType = "arraybuffer";
    feed(socket);
    return response;
  }
  const html = { headers: { "content-type": "text/html" } };
  if (pathname === "/") return new Response(files.page, html);
  if (pathname === "/plain") return new Response(plainPage, html);
  const file = files.assets.get(pathname);
  if (file !== undefined) {
    const headers = { "content-type": file.type, "content-encoding": "gzip" };
    return new Response(file.bytes.gzip, { headers });
  }
  if (pathname === sessionTokenPath) {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const who = { subject: "key:a", permissions: [], accounts: "all", demo: true };
    return Response.json({ token: "t", expiresAt, ...who }, { status: 201 });
  }
  return Response.json(answers[pathname] ?? { bars: [], next: null });
}

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
console.log((server.addr as Deno.NetAddr).port);
