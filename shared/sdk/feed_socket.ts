/** The part of the standard WebSocket API that the feed uses; npm `ws` has it too. */

/* The handlers' event types differ between DOM, Deno and `ws`; only `data` and `message` are read. */
// deno-lint-ignore no-explicit-any
type Handler = ((event: any) => any) | null;

export interface FeedSocket {
  onopen: Handler;
  onmessage: Handler;
  onerror: Handler;
  onclose: Handler;
  binaryType: string;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type FeedSocketConstructor = new (
  url: string,
  protocols?: string | string[],
) => FeedSocket;

/** `http://host/base` becomes `ws://host/base/v1/feed`; `https` becomes `wss`. Throws a TypeError. */
export function feedUrl(url: string, path: string): string {
  const parsed = new URL(url);
  const protocol = { "http:": "ws:", "https:": "wss:", "ws:": "ws:", "wss:": "wss:" }[
    parsed.protocol
  ];
  if (protocol === undefined) throw new TypeError(`Cannot reach the feed at ${url}: not HTTP`);
  return `${protocol}//${parsed.host}${parsed.pathname.replace(/\/+$/, "")}${path}`;
}

/** The runtime's WebSocket; Node 20 has none, and there npm `ws` is given in the options. */
export function machineWebSocket(): FeedSocketConstructor {
  const found = (globalThis as { WebSocket?: FeedSocketConstructor }).WebSocket;
  if (found !== undefined) return found;
  throw new TypeError(
    'Cannot open the feed: this runtime has no WebSocket; pass { WebSocket } from npm "ws"',
  );
}
