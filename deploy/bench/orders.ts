/**
 * Orders accepted over HTTP and durable in Postgres before they are answered, at 32 connections;
 * beside `pgbench -N` (one update, one select, one insert a transaction) on the same server and as
 * many connections. Rounds alternate; the ratio is of the best round of each.
 */

import { createTokens } from "../../shared/security/tokens.ts";
import { systemTimer } from "../../shared/runtime/time.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { startPostgres } from "../../shared/testing/real_postgres.ts";
import { type HttpLoadResult, runHttpLoad } from "./http_load.ts";
import type { BenchResult } from "./result.ts";

const connections = 32;
const roundMs = 6_000;
const rounds = 5;
/** Limit orders stay open, and an account may have a thousand of them. */
const accounts = 400;
const tokenSecret = "a secret of the bench, at least 32 long";

export async function benchOrders(): Promise<BenchResult> {
  await using postgres = await startPostgres();
  const port = freePort();
  const server = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", new URL("orders_server.ts", import.meta.url).pathname],
      ...[postgres.url, String(port), tokenSecret],
    ],
  }).spawn();
  try {
    const tokens = createTokens({ secret: tokenSecret, clock: systemTimer });
    const token = await tokens.sign(
      { subject: "bench", permissions: new Set(["admin"]), accounts: "all" },
      { audience: "internal", ttlMs: 3_600_000 },
    );
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    await openAccounts(`http://127.0.0.1:${port}`, headers);
    await pgbench(postgres.url, ["-i", "-q", "-s", "10"]);
    const orders: HttpLoadResult[] = [];
    const peers: number[] = [];
    for (let round = 0; round < rounds; round++) {
      peers.push(await pgbenchTps(postgres.url));
      orders.push(await loadOrders(port, headers));
    }
    return resultOf(orders, peers);
  } finally {
    server.kill("SIGTERM");
    await server.status;
  }
}

async function openAccounts(url: string, headers: Record<string, string>): Promise<void> {
  await eventually(() => fetch(`${url}/healthz`).then((answer) => answer.body?.cancel()), {
    timeoutMs: 60_000,
  });
  for (let n = 0; n < accounts; n++) {
    const answer = await fetch(`${url}/v1/accounts`, {
      method: "POST",
      headers,
      body: JSON.stringify({ accountId: `a-${n}`, deposit: "1000000000" }),
    });
    if (answer.status !== 201) throw new Error(`Cannot open an account: ${await answer.text()}`);
    await answer.body?.cancel();
  }
}

const loadOrders = (port: number, headers: Record<string, string>): Promise<HttpLoadResult> =>
  runHttpLoad({
    port,
    method: "POST",
    paths: Array.from({ length: accounts }, (_, n) => `/v1/accounts/a-${n}/orders`),
    headers,
    body: JSON.stringify({
      clientOrderId: "b-$N",
      symbol: "EURUSD",
      side: "buy",
      type: "limit",
      units: "1000",
      price: "1.10000",
    }),
    connections,
    warmUpMs: 1_000,
    ms: roundMs,
    okStatus: 201,
  });

async function pgbench(url: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("pgbench", { args: [...args, url] })
    .output();
  if (code !== 0) throw new Error(`Cannot run pgbench: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

async function pgbenchTps(url: string): Promise<number> {
  const args = ["-N", "-n", "-c", String(connections), "-j", "1", "-T", String(roundMs / 1000)];
  const report = await pgbench(url, args);
  const tps = /tps = ([\d.]+)/.exec(report)?.[1];
  if (tps === undefined) throw new Error(`Cannot read pgbench's report: ${report}`);
  return Number(tps);
}

function resultOf(orders: readonly HttpLoadResult[], peers: readonly number[]): BenchResult {
  const refused = orders.find((round) => round.others > 0);
  if (refused !== undefined) throw new Error(`Cannot compare: ${refused.firstOther}`);
  const best = orders.toSorted((a, b) => b.perSecond - a.perSecond)[0]!;
  const peer = Math.max(...peers);
  return {
    bench: "orders",
    ratios: { pgbench: best.perSecond / peer },
    figures: {
      orders_per_second: best.perSecond,
      order_p50_ms: best.p50Ms,
      order_p99_ms: best.p99Ms,
      pgbench_tps: peer,
    },
  };
}
