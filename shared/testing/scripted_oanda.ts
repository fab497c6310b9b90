/**
 * A real HTTP server that speaks OANDA's v20 streams as a test tells it to, a step a line:
 *
 *     price EUR_USD 1.10000 1.10010    a price, at the server's clock; `@-500` behind it: 500 ms ago
 *     halt EUR_USD                     the instrument's price, no longer tradeable
 *     empty EUR_USD                    a price without bids
 *     again EUR_USD                    its last price once more, as it was
 *     heartbeat
 *     transaction                      on the transaction stream
 *     half price EUR_USD 1.1 1.2       the first half of that line, and no more
 *     slow price EUR_USD 1.1 1.2       that line byte by byte
 *     raw <text>                       any line
 *     clock +3600000                   moves the server's clock by so many milliseconds
 *     end                              ends the answer properly
 *     cut                              breaks the connection
 *     refuse 401 · refuse 429 3        (first line only) an error instead of a stream, Retry-After 3
 *
 * A connection plays the next script of its stream; without one it gets what OANDA gives: the
 * present price of each instrument asked for, and a heartbeat.
 */

import { type Clock, toRfc3339 } from "../domain/time.ts";
import { epochMs } from "../domain/time.ts";
import { eventually } from "./eventually.ts";
import { turns } from "./manual_timer.ts";

/** Something the server sent, and the name of OANDA's definition it must fit. */
export interface SentPayload {
  readonly definition: string;
  readonly payload: unknown;
}

type StreamName = "pricing" | "transactions";

export class ScriptedConnection {
  readonly instruments: readonly string[];
  readonly headers: Headers;
  /** Whether either side has ended it. */
  closed = false;
  /** Bytes said, and those that the client has taken. */
  readonly bytes = { said: 0, taken: 0 };
  /** Whether the client has seen its end, or has left. */
  isLeft = false;
  readonly #server: ScriptedOanda;
  readonly #stream: StreamName;
  #body: ReadableStreamDefaultController<Uint8Array> | null = null;

  /** Whether the client knows all there is to know of it. */
  get isTaken(): boolean {
    return this.isLeft || (!this.closed && this.bytes.taken === this.bytes.said);
  }

  constructor(server: ScriptedOanda, request: Request, stream: StreamName) {
    const query = new URL(request.url).searchParams;
    this.instruments = (query.get("instruments") ?? "").split(",").filter((name) => name !== "");
    this.headers = request.headers;
    this.#server = server;
    this.#stream = stream;
  }

  /** `id` tells the client's side of it, see {@link ScriptedOanda.fetch}. */
  answer(steps: readonly string[], id: number): Response {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#body = controller;
        for (const step of steps) this.say(step);
      },
      cancel: () => {
        this.closed = true;
      },
    });
    return new Response(body, {
      headers: { "content-type": "application/octet-stream", requestid: String(id) },
    });
  }

  /** Does one step now. */
  say(step: string): void {
    const [word = "", rest = ""] = split(step);
    if (word === "end" || word === "cut") return this.#close(word);
    if (word === "clock") return this.#server.moveClock(Number(rest));
    if (word === "half") return this.#send(half(this.#line(rest)));
    if (word !== "slow") return this.#send(`${this.#line(step)}\n`);
    for (const letter of `${this.#line(rest)}\n`) this.#send(letter);
  }

  #line(step: string): string {
    const [word = "", rest = ""] = split(step);
    if (word === "raw") return rest;
    const sent = this.#server.payload(word, rest, this.#stream);
    this.#server.sent.push(sent);
    return JSON.stringify(sent.payload);
  }

  #send(text: string): void {
    if (this.closed || this.#body === null) return;
    const bytes = new TextEncoder().encode(text);
    this.bytes.said += bytes.length;
    this.#body.enqueue(bytes);
  }

  #close(how: "end" | "cut"): void {
    if (this.closed) return;
    this.closed = true;
    if (how === "end") this.#body?.close();
    else void this.#cut();
  }

  /** An error at once would drop what was said before it. */
  async #cut(): Promise<void> {
    await eventually(() => (this.#body?.desiredSize ?? 1) > 0);
    this.#body?.error(new Error("cut by the script"));
  }
}

type Price = ReturnType<typeof pricePayload>;

const pricePayload = (
  instrument: string,
  { bid, ask, time }: { bid: string; ask: string; time: string },
) => ({
  type: "PRICE",
  time,
  bids: [{ price: bid, liquidity: 10_000_000 }],
  asks: [{ price: ask, liquidity: 10_000_000 }],
  closeoutBid: bid,
  closeoutAsk: ask,
  status: "tradeable",
  tradeable: true,
  instrument,
});

const split = (step: string): string[] => {
  const at = step.indexOf(" ");
  return at < 0 ? [step] : [step.slice(0, at), step.slice(at + 1)];
};
const half = (line: string) => line.slice(0, Math.floor(line.length / 2));

export interface ScriptedOandaOptions {
  /** The server's clock, before any script moves it. */
  readonly clock: Clock;
  readonly token?: string;
  readonly accountId?: string;
  /** Scripts of the connections to come, in order. */
  readonly pricing?: readonly (readonly string[])[];
  readonly transactions?: readonly (readonly string[])[];
}

export class ScriptedOanda implements AsyncDisposable {
  readonly token: string;
  readonly accountId: string;
  /** Everything sent that is OANDA's, for checking it against OANDA's description. */
  readonly sent: SentPayload[] = [];
  /** Every request for a stream, refused ones too, oldest first. */
  readonly connections: Record<StreamName, ScriptedConnection[]> = {
    pricing: [],
    transactions: [],
  };
  readonly #clock: Clock;
  readonly #scripts: Record<StreamName, (readonly string[])[]>;
  readonly #prices = new Map<string, Price>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** Those that were given a stream, by the id in its answer's head. */
  readonly #answered: ScriptedConnection[] = [];
  /** Those of which the client has had the head. */
  readonly #followed: ScriptedConnection[] = [];
  #clockMs = 0;
  #transactionId = 100;
  /** Requests whose head the client waits for. */
  #asking = 0;
  /** Rises with whatever the client asks, takes or leaves. */
  #activity = 0;

  constructor(options: ScriptedOandaOptions) {
    this.#clock = options.clock;
    this.token = options.token ?? "scripted-token-0123456789";
    this.accountId = options.accountId ?? "101-001-1234567-001";
    this.#scripts = {
      pricing: [...(options.pricing ?? [])],
      transactions: [...(options.transactions ?? [])],
    };
    this.#server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      onListen: () => {},
      // A body that a script breaks off is no failure of the server's.
      onError: () => new Response(null, { status: 500 }),
    }, (request) => this.#answer(request));
  }

  /** For a venue whose taking is counted. */
  get access() {
    const { url, token, accountId, fetch } = this;
    return { url, token, accountId, fetch };
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Plays these to the next connection of the stream. */
  script(stream: StreamName, steps: readonly string[]): void {
    this.#scripts[stream].push(steps);
  }

  /** Does steps on the newest connection of a stream. */
  say(stream: StreamName, ...steps: readonly string[]): void {
    const newest = this.connections[stream].at(-1);
    if (newest === undefined) throw new Error(`No client has asked for ${stream}`);
    for (const step of steps) newest.say(step);
  }

  moveClock(ms: number): void {
    this.#clockMs += ms;
  }

  /** The runtime's own, which counts what of this server's words the client takes. */
  readonly fetch: typeof fetch = async (input, init) => {
    this.#asking++;
    this.#activity++;
    try {
      const response = await fetch(input, init);
      const connection = this.#answered[Number(response.headers.get("requestid") ?? NaN)];
      const { status, headers } = response;
      if (status !== 200 || connection === undefined) {
        return new Response(await response.arrayBuffer(), { status, headers });
      }
      this.#followed.push(connection);
      return new Response(this.#counted(response.body!, connection, init?.signal), { headers });
    } finally {
      this.#asking--;
      this.#activity++;
    }
  };

  #counted(
    body: ReadableStream<Uint8Array<ArrayBuffer>>,
    connection: ScriptedConnection,
    signal: AbortSignal | null | undefined,
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    const reader = body.getReader();
    const leave = () => {
      connection.isLeft = true;
      this.#activity++;
    };
    signal?.addEventListener("abort", leave);
    return new ReadableStream({
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            controller.enqueue(value);
            connection.bytes.taken += value.length;
            this.#activity++;
            return;
          }
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        leave();
      },
      cancel: (reason) => {
        leave();
        return reader.cancel(reason);
      },
    }, { highWaterMark: 0 });
  }

  /** Until the client has taken all that was said, and has nothing more to ask because of it. */
  async calm(): Promise<void> {
    for (let before = -1; before !== this.#activity;) {
      before = this.#activity;
      await turns();
      await eventually(() => this.#asking === 0 && this.#followed.every((one) => one.isTaken), {
        everyMs: 0,
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of Object.values(this.connections).flat()) one.say("end");
    await this.#server.shutdown();
  }

  payload(word: string, rest: string, stream: StreamName): SentPayload {
    const time = this.#time(0);
    if (word === "heartbeat" && stream === "pricing") {
      return { definition: "PricingHeartbeat", payload: { type: "HEARTBEAT", time } };
    }
    if (word === "heartbeat") {
      const lastTransactionID = String(this.#transactionId);
      const payload = { type: "HEARTBEAT", lastTransactionID, time };
      return { definition: "TransactionHeartbeat", payload };
    }
    if (word === "transaction") {
      const id = String(++this.#transactionId);
      const about = { id, time, userID: 1_234_567, accountID: this.accountId, batchID: id };
      const payload = { ...about, type: "DAILY_FINANCING" };
      return { definition: "DailyFinancingTransaction", payload };
    }
    return { definition: "ClientPrice", payload: this.#price(word, rest) };
  }

  #price(word: string, rest: string): Price {
    const [instrument = "", bid = "", ask = "", ago = "@0"] = rest.split(" ");
    if (word === "price") {
      const price = pricePayload(instrument, { bid, ask, time: this.#time(Number(ago.slice(1))) });
      this.#prices.set(instrument, price);
      return price;
    }
    const last = this.#prices.get(instrument);
    if (last === undefined) throw new Error(`Cannot ${word} ${instrument}: it has no price`);
    if (word === "again") return last;
    const time = this.#time(0);
    if (word === "halt") return { ...last, time, status: "non-tradeable", tradeable: false };
    if (word === "empty") return { ...last, time, bids: [] };
    throw new Error(`Cannot do step "${word}"`);
  }

  /** With nine decimals of a second, as OANDA writes it. */
  #time(shiftMs: number): string {
    const at = epochMs(this.#clock.now() + this.#clockMs + shiftMs);
    return toRfc3339(at).replace("Z", "000000Z");
  }

  #answer(request: Request): Response {
    const path = new URL(request.url).pathname;
    const match = /^\/v3\/accounts\/([^/]+)\/(pricing|transactions)\/stream$/.exec(path);
    if (match === null) return this.#refuse(404, "The path is not known");
    const stream = match[2] as StreamName;
    const connection = new ScriptedConnection(this, request, stream);
    this.connections[stream].push(connection);
    if (request.headers.get("authorization") !== `Bearer ${this.token}`) {
      return this.#refuse(401, "Insufficient authorization to perform request.");
    }
    const steps = this.#scripts[stream].shift() ?? this.#present(connection.instruments, stream);
    const refusal = /^refuse (\d{3})(?: (\d+))?$/.exec(steps[0] ?? "");
    if (refusal === null) return connection.answer(steps, this.#answered.push(connection) - 1);
    connection.closed = true;
    return this.#refuse(Number(refusal[1]), "Refused by the script", refusal[2]);
  }

  #present(instruments: readonly string[], stream: StreamName): readonly string[] {
    if (stream === "transactions") return ["heartbeat"];
    const known = instruments.filter((name) => this.#prices.has(name));
    return [...known.map((name) => `again ${name}`), "heartbeat"];
  }

  #refuse(status: number, errorMessage: string, retryAfter?: string): Response {
    const payload = { errorMessage };
    this.sent.push({ definition: "error", payload });
    const headers = retryAfter === undefined ? {} : { "retry-after": retryAfter };
    return Response.json(payload, { status, headers });
  }
}
