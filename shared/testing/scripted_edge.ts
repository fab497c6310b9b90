/**
 * A real WebSocket server that speaks the feed as a test tells it to: it can go quiet, close, refuse
 * and send nonsense, which the real edge does not do on demand.
 */

import * as v from "valibot";
import {
  type ClientFrame,
  clientFrame,
  feedPath,
  type FeedQuote,
  type ServerFrame,
} from "../contracts/messages/feed.ts";
import {
  binaryKinds,
  feedProtocols,
  instrumentTable,
  quoteFrameBytes,
  writeFrameHead,
  writeQuoteRecord,
} from "../contracts/messages/feed_binary.ts";
import { readQuotes } from "../contracts/messages/quote_batch.ts";

function quoteBytes(
  type: "snapshot" | "quotes",
  quotes: readonly FeedQuote[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(quoteFrameBytes(quotes.length));
  const view = new DataView(bytes.buffer);
  writeFrameHead(view, binaryKinds[type], quotes.length);
  quotes.forEach(({ symbol, bid, ask, time, receivedTime, sequence, status }, at) => {
    const line = [symbol, bid, ask, time, receivedTime, sequence].join(" ");
    const [quote] = readQuotes({ venue: "", time: 0, sequence: 0, quotes: line }).quotes;
    if (quote === undefined) throw new Error(`Cannot read the quote ${line}`);
    writeQuoteRecord(view, at, { quote, status });
  });
  return bytes;
}

export class ScriptedSocket {
  readonly received: ClientFrame[] = [];
  readonly symbols = new Set<string>();
  closeCode: number | null = null;
  readonly #socket: WebSocket;
  readonly #binary: boolean;

  constructor(socket: WebSocket, binary: boolean) {
    this.#socket = socket;
    this.#binary = binary;
  }

  say(frame: ServerFrame): void {
    const inBytes = this.#binary && (frame.type === "snapshot" || frame.type === "quotes");
    if (inBytes) this.saySomething(quoteBytes(frame.type, frame.quotes));
    else this.saySomething(JSON.stringify(frame));
    if (this.#binary && frame.type === "authenticated") {
      this.say({ type: "table", instruments: instrumentTable });
    }
  }

  /** Sends anything, frame or not. */
  saySomething(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(data);
  }

  close(code: number): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(code);
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }
}

export interface ScriptedEdgeOptions {
  readonly port?: number;
  readonly heartbeatMs?: number;
  readonly keys?: readonly string[];
  /** Answers a frame in its own way when it returns true. */
  answer?(frame: ClientFrame, socket: ScriptedSocket): boolean;
}

export class ScriptedEdge implements AsyncDisposable {
  /** Every socket there has been, oldest first. */
  readonly sockets: ScriptedSocket[] = [];
  readonly quotes = new Map<string, FeedQuote>();
  /** No heartbeats while it is true. */
  quiet = false;
  readonly port: number;
  readonly #options: ScriptedEdgeOptions;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #beat: ReturnType<typeof setInterval>;

  constructor(options: ScriptedEdgeOptions = {}) {
    this.#options = options;
    this.#server = Deno.serve({
      hostname: "127.0.0.1",
      port: options.port ?? 0,
      onListen: () => {},
    }, (request) => this.#upgrade(request));
    this.port = this.#server.addr.port;
    this.#beat = setInterval(() => this.#heartbeat(), options.heartbeatMs ?? 50);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get newest(): ScriptedSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("No client has connected");
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#beat);
    for (const socket of this.sockets) socket.close(1001);
    await this.#server.shutdown();
  }

  #heartbeat(): void {
    if (this.quiet) return;
    for (const socket of this.sockets) socket.say({ type: "heartbeat", time: Date.now() });
  }

  #upgrade(request: Request): Response {
    if (new URL(request.url).pathname !== feedPath) return new Response(null, { status: 404 });
    const binary = request.headers.get("sec-websocket-protocol") === feedProtocols.binary;
    const { socket: raw, response } = Deno.upgradeWebSocket(
      request,
      binary ? { protocol: feedProtocols.binary } : {},
    );
    const socket = new ScriptedSocket(raw, binary);
    this.sockets.push(socket);
    raw.onmessage = ({ data }) => this.#read(v.parse(clientFrame, JSON.parse(data)), socket);
    raw.onclose = ({ code }) => socket.closeCode = code;
    raw.onerror = () => {};
    return response;
  }

  #read(frame: ClientFrame, socket: ScriptedSocket): void {
    socket.received.push(frame);
    if (this.#options.answer?.(frame, socket)) return;
    if (frame.type === "authenticate") return this.#authenticate(frame.key ?? frame.token, socket);
    if ("accountId" in frame) throw new Error("A script must answer frames about accounts");
    const symbols = frame.symbols === "*" ? [...this.quotes.keys()] : frame.symbols;
    const unknown = symbols.find((symbol) => !this.quotes.has(symbol));
    const id = frame.id === undefined ? {} : { id: frame.id };
    if (unknown !== undefined) {
      return socket.say({ type: "error", code: "unknown_symbol", detail: unknown, ...id });
    }
    for (const symbol of symbols) {
      if (frame.type === "subscribe") socket.symbols.add(symbol);
      else socket.symbols.delete(symbol);
    }
    socket.say({
      type: "subscribed",
      channel: "quotes",
      symbols: [...socket.symbols],
      intervalMs: 0,
      ...id,
    });
    if (frame.type === "unsubscribe") return;
    socket.say({ type: "snapshot", quotes: symbols.map((symbol) => this.quotes.get(symbol)!) });
  }

  #authenticate(credential: string | undefined, socket: ScriptedSocket): void {
    if ((this.#options.keys ?? ["sw_test_key"]).includes(credential ?? "")) {
      return socket.say({ type: "authenticated" });
    }
    socket.say({ type: "error", code: "key_invalid", detail: "The key is not valid" });
    socket.close(1008);
  }
}
