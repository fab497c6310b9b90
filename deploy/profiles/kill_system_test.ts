// Goal: an order that was acknowledged to a client exists exactly once, whatever moment the process
// dies at, and the books prove themselves from their transactions. Method: the whole platform as a
// process under order load, SIGKILL at random moments, a restart each time; on the embedded stores
// and on Postgres with Redis. The seed is printed; it reproduces the moments and the orders.

import { assertEquals } from "@std/assert";
import { auditBooks } from "../../services/trading-gateway/audit/audit_books.ts";
import { type TradingDatabase, tradingSchema } from "../../services/trading-gateway/desk/tables.ts";
import { type Random, seededRandom } from "../../shared/domain/random.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { type PartProcess, startPart } from "../../shared/testing/platform_process.ts";
import { realTest } from "../../shared/testing/real.ts";
import { startPostgres } from "../../shared/testing/real_postgres.ts";
import { startRedis } from "../../shared/testing/real_redis.ts";

const kills = Number(Deno.env.get("SPOTWIRE_TEST_KILLS") ?? 20);
const clients = 8;
const account = "demo";

/** Every order sent, and the order id of its first acknowledgement. */
interface Sent {
  readonly body: { clientOrderId: string } & Record<string, string | Record<string, string>>;
  orderId: string | null;
  refused: boolean;
}

class Load {
  readonly sent: Sent[] = [];
  readonly contradictions: string[] = [];
  readonly #random: Random;
  #key = "";
  #url = "";

  constructor(random: Random) {
    this.#random = random;
  }

  aim(url: string, key: string): void {
    this.#url = url;
    this.#key = key;
  }

  /** Sends orders from every client until the platform dies or the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: clients }, () => this.#client(signal)));
  }

  /** Asks again about every order whose answer was lost; the answer must come now. */
  async settle(): Promise<void> {
    for (const one of this.sent) {
      if (one.orderId === null && !one.refused) await this.#send(one);
    }
  }

  async #client(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const one: Sent = { body: this.#order(), orderId: null, refused: false };
      this.sent.push(one);
      try {
        await this.#send(one);
        if (one.orderId === null) continue;
        const then = this.#random.next();
        if (then < 0.2) await this.#cancel(one.orderId);
        else if (then < 0.4) await this.#replace(one.orderId);
      } catch {
        return; // it died; the order stays without an answer until settle()
      }
    }
  }

  #order(): Sent["body"] {
    const pick = this.#random.next();
    const order = {
      clientOrderId: `k-${this.sent.length}`,
      symbol: pick < 0.5 ? "EURUSD" : "USDJPY",
      side: this.#random.next() < 0.5 ? "buy" : "sell",
      units: String(1 + Math.floor(this.#random.next() * 1_000)),
    };
    const kind = this.#random.next();
    if (kind < 0.25) return { ...order, type: "market", ...this.#exits(order.symbol) };
    if (kind < 0.5) return { ...order, type: "market" };
    if (kind < 0.8) return { ...order, ...this.#conditional(order) };
    const deep = order.side === "buy" ? "0.50000" : "2.00000";
    return order.symbol === "EURUSD"
      ? { ...order, type: "limit", price: deep }
      : { ...order, type: "limit", price: order.side === "buy" ? "400.000" : "50.000" };
  }

  /** Exits so near that some are set off, and so far that some wait. */
  #exits(symbol: string) {
    const [near, far] = symbol === "EURUSD" ? ["0.00005", "0.01000"] : ["0.005", "1.000"];
    const distance = this.#random.next() < 0.5 ? near! : far!;
    return { stopLossOnFill: { distance: far! }, trailingStopLossOnFill: { distance } };
  }

  /** Near the market, so that some are set off while the load runs. */
  #conditional(order: { symbol: string; side: string }): Record<string, string> {
    const pip = order.symbol === "EURUSD" ? "0.00010" : "0.010";
    const far = order.side === "buy" ? ["0.50000", "50.000"] : ["2.00000", "400.000"];
    const deep = far[order.symbol === "EURUSD" ? 0 : 1]!;
    const type = this.#random.next();
    if (type < 0.4) return { type: "trailing_stop", trailingDistance: pip, triggerSide: "mid" };
    // Its trigger is passed already, so it goes off at once.
    if (type < 0.7) return { type: "stop", triggerPrice: deep, timeInForce: "DAY", tag: "kill" };
    return { type: "stop_limit", triggerPrice: deep, price: deep, triggerSide: "opposite" };
  }

  async #send(one: Sent): Promise<void> {
    const answer = await fetch(`${this.#url}/v1/accounts/${account}/orders`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": this.#key },
      body: JSON.stringify(one.body),
    });
    const said = await answer.json();
    if (answer.status === 201) {
      if (one.orderId !== null && one.orderId !== said.orderId) {
        this.contradictions.push(`${one.body.clientOrderId}: ${one.orderId}, then ${said.orderId}`);
      }
      one.orderId = said.orderId;
    } else if (answer.status === 422) one.refused = true;
    else if (answer.status !== 504 && answer.status !== 503) {
      this.contradictions.push(`${one.body.clientOrderId}: ${answer.status} ${said.code}`);
    }
  }

  async #replace(orderId: string): Promise<void> {
    const answer = await fetch(`${this.#url}/v1/accounts/${account}/orders/${orderId}`, {
      method: "PUT",
      headers: { "content-type": "application/json", "x-api-key": this.#key },
      body: JSON.stringify({ units: String(1 + Math.floor(this.#random.next() * 2_000)) }),
    });
    if (answer.status >= 500 && answer.status !== 504 && answer.status !== 503) {
      this.contradictions.push(`replace of ${orderId}: ${answer.status}`);
    }
    await answer.body?.cancel();
  }

  async #cancel(orderId: string): Promise<void> {
    const answer = await fetch(`${this.#url}/v1/accounts/${account}/orders/${orderId}`, {
      method: "DELETE",
      headers: { "x-api-key": this.#key },
    });
    await answer.body?.cancel();
  }
}

interface Ground {
  readonly args: readonly string[];
  readonly databaseUrl: string;
}

async function start(folder: string, ground: Ground): Promise<PartProcess> {
  const port = freePort();
  return await startPart({
    script: "deploy/profiles/all_in_one.ts",
    port,
    args: [
      ...["--port", String(port), "--data", folder, "--seed", "kill", "--hours", "always"],
      ...["--log", "error", "--rate", "100000", ...ground.args],
    ],
  });
}

async function ask(url: string, key: string): Promise<Record<string, unknown>> {
  const answer = await fetch(url, { headers: { "x-api-key": key } });
  return await answer.json();
}

async function surviveKills(ground: Ground, folder: string): Promise<void> {
  const seed = Deno.env.get("SPOTWIRE_TEST_SEED") ?? String(Date.now());
  console.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const load = new Load(random);
  for (let round = 0; round < kills; round++) {
    const platform = await start(folder, ground);
    const key = (await Deno.readTextFile(`${folder}/demo.key`)).trim();
    load.aim(platform.url, key);
    await priced(platform.url, key);
    await load.settle();
    const loading = load.run(new AbortController().signal);
    await new Promise((resolve) => setTimeout(resolve, 50 + random.next() * 1_000));
    await platform.kill();
    await loading;
  }
  const platform = await start(folder, ground);
  const key = (await Deno.readTextFile(`${folder}/demo.key`)).trim();
  load.aim(platform.url, key);
  await priced(platform.url, key);
  await load.settle();
  // Every order reaches an end: the limits are priced to fill or to rest, the rest are resting.
  await eventually(async () => {
    const { orders } = await ask(
      `${platform.url}/v1/accounts/${account}/orders?state=open&limit=1000`,
      key,
    );
    const flying = (orders as { status: string }[]).filter((one) =>
      one.status.startsWith("pending")
    );
    assertEquals(flying, []);
  }, { timeoutMs: 60_000 });
  assertEquals(await platform.stop(), 0, platform.output());

  assertEquals(load.contradictions, []);
  const store = await openStore(ground.databaseUrl);
  try {
    const db = store.database<TradingDatabase>(tradingSchema);
    assertEquals(await auditBooks(db), []);
    const rows = await db.selectFrom("orders").select(["client_order_id", "transaction_id"])
      .where("account_id", "=", account).execute();
    const stored = Map.groupBy(rows, (row) => row.client_order_id);
    const wrong = load.sent.filter((one) => {
      const found = stored.get(one.body.clientOrderId) ?? [];
      return found.length !== 1 ||
        (one.orderId !== null && one.orderId !== `${account}.${found[0]!.transaction_id}`);
    });
    assertEquals(wrong, []);
    const acknowledged = load.sent.filter((one) => one.orderId !== null).length;
    console.log(`${kills} kills, ${load.sent.length} orders sent, ${acknowledged} acknowledged`);
  } finally {
    await store.close();
  }
}

async function priced(url: string, key: string): Promise<void> {
  await eventually(async () => {
    for (const symbol of ["EURUSD", "USDJPY"]) {
      assertEquals((await ask(`${url}/v1/quotes/${symbol}`, key)).status, "live");
    }
  }, { timeoutMs: 30_000 });
}

Deno.test("no acknowledged order is lost or doubled by SIGKILL: embedded stores", async () => {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-kill-" });
  await surviveKills({ args: [], databaseUrl: `pglite:${folder}/db` }, folder);
  await Deno.remove(folder, { recursive: true });
});

realTest(
  "no acknowledged order is lost or doubled by SIGKILL: Postgres and Redis",
  ["postgres", "redis"],
  async () => {
    await using postgres = await startPostgres();
    await using redis = await startRedis();
    const folder = await Deno.makeTempDir({ prefix: "spotwire-kill-" });
    const args = ["--database", postgres.url, "--streams", redis.url];
    await surviveKills({ args, databaseUrl: postgres.url }, folder);
    await Deno.remove(folder, { recursive: true });
  },
);
