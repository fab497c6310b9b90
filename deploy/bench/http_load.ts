/**
 * Load over HTTP/1.1 from a process of its own: so many connections, each sending its next request
 * when the last is answered. Bare sockets, so that the client costs little beside the server.
 *
 * Takes an {@link HttpLoad} as JSON in its first argument and prints an {@link HttpLoadResult}.
 */

export interface HttpLoad {
  readonly port: number;
  readonly method: string;
  /** Taken in turn. */
  readonly paths: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** Every `$N` in it becomes a number that is never used twice. */
  readonly body: string;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly ms: number;
  readonly okStatus: number;
}

export interface HttpLoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly answered: number;
  /** Answers with another status than `okStatus`. */
  readonly others: number;
  /** The first such answer. */
  readonly firstOther: string | null;
}

/** Runs the load in a process of its own. */
export async function runHttpLoad(load: HttpLoad): Promise<HttpLoadResult> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", import.meta.filename!, JSON.stringify(load)],
  }).output();
  if (code !== 0) throw new Error(`Cannot load: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

class Connection {
  readonly #conn: Deno.TcpConn;
  readonly #buffer = new Uint8Array(1 << 16);

  constructor(conn: Deno.TcpConn) {
    conn.setNoDelay(true);
    this.#conn = conn;
  }

  /** One request and its whole answer, as text. */
  async ask(request: Uint8Array): Promise<string> {
    for (let sent = 0; sent < request.length;) {
      sent += await this.#conn.write(request.subarray(sent));
    }
    let filled = 0;
    for (;;) {
      const read = await this.#conn.read(this.#buffer.subarray(filled));
      if (read === null) throw new Error("Cannot read the answer: the server hung up");
      filled += read;
      const text = decoder.decode(this.#buffer.subarray(0, filled));
      const head = text.indexOf("\r\n\r\n");
      if (head === -1) continue;
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head + 2))?.[1] ?? 0);
      if (filled >= head + 4 + length) return text;
    }
  }

  close(): void {
    this.#conn.close();
  }
}

async function run(load: HttpLoad): Promise<HttpLoadResult> {
  const headers = Object.entries({ host: "localhost", ...load.headers })
    .map(([name, value]) => `${name}: ${value}\r\n`).join("");
  let next = 0;
  const requestOf = (): Uint8Array => {
    const n = next++;
    const body = load.body.replaceAll("$N", `${Deno.pid}-${n}`);
    const path = load.paths[n % load.paths.length];
    return encoder.encode(
      `${load.method} ${path} HTTP/1.1\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`,
    );
  };
  const startAt = performance.now() + load.warmUpMs;
  const endAt = startAt + load.ms;
  const times: number[] = [];
  let others = 0;
  let firstOther: string | null = null;
  const ok = `HTTP/1.1 ${load.okStatus}`;
  await Promise.all(Array.from({ length: load.connections }, async () => {
    const connection = new Connection(await Deno.connect({ port: load.port }));
    for (let now = performance.now(); now < endAt;) {
      const answer = await connection.ask(requestOf());
      const done = performance.now();
      if (now >= startAt) times.push(done - now);
      if (!answer.startsWith(ok)) {
        others++;
        firstOther ??= answer;
      }
      now = done;
    }
    connection.close();
  }));
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? NaN;
  return {
    perSecond: times.length / (load.ms / 1000),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    answered: times.length,
    others,
    firstOther,
  };
}

if (import.meta.main) console.log(JSON.stringify(await run(JSON.parse(Deno.args[0]!))));
