/** Real sockets of the feed for tests, in JSON or in the binary form. */

import * as v from "valibot";
import {
  feedPath,
  type ServerFrame,
  serverFrame,
} from "../../../shared/contracts/messages/feed.ts";
import { QuoteDecoder } from "../../../shared/sdk/feed_binary.ts";
import { startTestEdge, type TestEdge, type TestEdgeOptions } from "./test_edge.ts";

/** How long a test waits for a frame. */
const frameMsMax = 20_000;

export interface FeedSocketClient {
  readonly socket: WebSocket;
  /** What came, as the contract describes it, whatever its form. */
  readonly frames: ServerFrame[];
  readonly closed: Promise<{ code: number; reason: string }>;
  send(frame: unknown): void;
  /** The first frame of the type after those taken before. */
  next(type: ServerFrame["type"]): Promise<ServerFrame>;
}

/** Runs a test against a whole edge behind a real server. */
export async function withEdge(
  run: (
    edge: TestEdge,
    connect: (key: string | null, protocols?: string[]) => Promise<FeedSocketClient>,
  ) => Promise<void>,
  { trading, ...limits }:
    & Partial<TestEdge["deps"]["limits"]>
    & Pick<TestEdgeOptions, "trading"> = {},
): Promise<void> {
  await using edge = await startTestEdge(trading === undefined ? { limits } : { limits, trading });
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request, info) => edge.app.fetch(request, info),
  );
  const clients: FeedSocketClient[] = [];
  try {
    await run(edge, async (key, protocols = []) => {
      const client = await connectTo(server.addr.port, { key, protocols });
      clients.push(client);
      return client;
    });
  } finally {
    for (const { socket, closed } of clients) {
      if (socket.readyState === WebSocket.OPEN) socket.close();
      await closed;
    }
    await server.shutdown();
  }
}

function connectTo(
  port: number,
  { key, protocols }: { key: string | null; protocols: string[] },
): Promise<FeedSocketClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${feedPath}`, {
    headers: key === null ? {} : { "x-api-key": key },
    protocols,
  });
  socket.binaryType = "arraybuffer";
  let decoder: QuoteDecoder | null = null;
  const frames: ServerFrame[] = [];
  let taken = 0;
  let waiting: (() => boolean)[] = [];
  socket.onmessage = ({ data }) => {
    const isText = typeof data === "string";
    const frame = v.parse(serverFrame, isText ? JSON.parse(data) : decoder!.read(data));
    if (frame.type === "table") decoder = new QuoteDecoder(frame);
    frames.push(frame);
    waiting = waiting.filter((look) => !look());
  };
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.onclose = ({ code, reason }) => resolve({ code, reason });
  });
  const client: FeedSocketClient = {
    socket,
    frames,
    closed,
    send: (frame) => socket.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
    next: (type) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`No ${type} frame came`)), frameMsMax);
        const look = () => {
          const at = frames.findIndex((frame, index) => index >= taken && frame.type === type);
          if (at === -1) return false;
          taken = at + 1;
          clearTimeout(late);
          resolve(frames[at]!);
          return true;
        };
        if (!look()) waiting.push(look);
      }),
  };
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve(client);
    socket.onerror = () => reject(new Error("Cannot open the socket"));
  });
}
