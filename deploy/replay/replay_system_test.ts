// Goal: what an account did on the platform replays to itself, over the prices the platform recorded;
// where the recording says something else, the line is named.
// Method: the real platform as a process, on a simulated market that fills orders in parts and rejects
// some; a client asks for every kind of change. The command replays each account from the API, and
// from the folder it saved. Rolls are in `replay_journal_property_test.ts`, on a clock of its own.

import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../shared/domain/random.ts";
import { createSpotwire, type Spotwire, SpotwireProblem } from "../../shared/sdk/mod.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { type PartProcess, startPart } from "../../shared/testing/platform_process.ts";
import { type Change, MixedChanges } from "../profiles/testing/mixed_changes.ts";

const root = new URL("../../", import.meta.url);
const accounts = ["demo", "second"] as const;

const platformSettings = {
  fills: { partialShare: 0.3, rejectShare: 0.03 },
  terms: {
    commissions: [{ groups: ["major"], currency: "EUR", perLot: "3.50", minimum: "0.05" }],
  },
};

async function replay(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "deploy/replay/main.ts", ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

interface Session {
  readonly platform: PartProcess;
  readonly spotwire: Spotwire;
  readonly folder: string;
}

/** The platform with some options, and whatever is asked of it. */
async function withPlatform(args: readonly string[], run: (of: Session) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-replay-" });
  const port = freePort();
  try {
    await Deno.writeTextFile(`${folder}/settings.json`, JSON.stringify(platformSettings));
    await using platform = await startPart({
      script: "deploy/profiles/all_in_one.ts",
      port,
      args: ["--port", String(port), "--data", folder, ...args],
      readyMsMax: 240_000,
    });
    const key = (await Deno.readTextFile(`${folder}/demo.key`)).trim();
    const spotwire = createSpotwire({ url: platform.url, key, timeoutMs: 30_000 });
    await run({ platform, spotwire, folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A client that asks for one thing after the other, and now and then for another order of it. */
class Client {
  readonly #spotwire: Spotwire;
  readonly #random = seededRandom("replay");
  readonly #changes = new MixedChanges(this.#random, accounts);

  constructor(spotwire: Spotwire) {
    this.#spotwire = spotwire;
  }

  async ask(): Promise<void> {
    const change = this.#changes.next();
    const orderIds = await this.#change(change).catch(refused);
    const then = this.#random.next();
    const orderId = orderIds?.[Math.floor(this.#random.next() * orderIds.length)];
    if (orderId === undefined) return;
    const { accountId } = change;
    if (then < 0.2) await this.#spotwire.cancelOrder(accountId, orderId).catch(refused);
    else if (then < 0.4) {
      const units = String(1_100 + Math.floor(this.#random.next() * 500));
      await this.#spotwire.replaceOrder({ accountId, orderId }, { units }).catch(refused);
    } else if (then < 0.42) await this.#spotwire.cancelOrders(accountId, { symbol: "USDJPY" });
  }

  async #change({ accountId, path, body }: Change): Promise<string[]> {
    const spotwire = this.#spotwire;
    switch (path) {
      case "orders":
        return [(await spotwire.placeOrder(accountId, body as never)).orderId];
      case "orderGroups": {
        const { orders } = await spotwire.placeOrderGroup(accountId, body as never);
        return orders.map(({ orderId }) => orderId);
      }
      case "deposits":
        await spotwire.deposit(accountId, body as never);
        return [];
      case "withdrawals":
        await spotwire.withdraw(accountId, body as never);
        return [];
      case "transfers":
        await spotwire.transfer(accountId, body as never);
        return [];
    }
  }
}

function refused(error: unknown): undefined {
  if (!(error instanceof SpotwireProblem)) throw error;
}

/** Waits until nothing happens to the accounts any more, and their prices are archived. */
async function settled(spotwire: Spotwire): Promise<void> {
  for (const accountId of accounts) await spotwire.cancelOrders(accountId, {});
  let before = "";
  await eventually(async () => {
    const now = await Promise.all(accounts.map((one) => spotwire.getAccount(one)));
    const text = now.map((one) => one.lastTransactionId).join();
    const isStill = text === before && now.every(({ openOrders }) => openOrders === 0);
    before = text;
    return isStill;
  }, { timeoutMs: 120_000, everyMs: 1_500 });
}

async function typesOf(spotwire: Spotwire, accountId: string): Promise<Set<string>> {
  const types = new Set<string>();
  for (let since = 0;;) {
    const page = await spotwire.listTransactions(accountId, { since, limit: 1_000 });
    for (const { type } of page.transactions) types.add(type);
    if (page.next >= page.lastTransactionId) return types;
    since = page.next;
  }
}

function assertSame({ code, out, err }: Awaited<ReturnType<typeof replay>>): void {
  assert(out.endsWith("no difference\n"), out + err);
  assertEquals([code, err], [0, ""]);
}

Deno.test("a mixed session on the simulated market replays to itself; an altered fill is named", () =>
  withPlatform(["--hours", "always", "--seed", "replay"], async (session) => {
    const { platform, spotwire, folder } = session;
    await spotwire.openAccount({ accountId: "second", currency: "EUR", deposit: "50000" });
    const client = new Client(spotwire);
    const pause = seededRandom("pause");
    for (let n = 0; n < 250; n++) {
      await client.ask();
      await new Promise((resolve) => setTimeout(resolve, pause.next() ** 3 * 400));
    }
    await settled(spotwire);
    const types = await typesOf(spotwire, "demo");
    for (const type of ["order_triggered", "order_replaced", "order_filled", "order_released"]) {
      assert(types.has(type), `the session had no ${type}`);
    }
    const started = ["--data", folder, "--hours", "always", "--seed", "replay"];
    const recording = `${folder}/recording`;
    const from = ["--url", platform.url, ...started];
    assertSame(await replay("second", ...from));
    assertSame(await replay("demo", ...from, "--save", recording));
    assertSame(await replay("--recording", recording));

    const path = `${recording}/transactions.jsonl`;
    const lines = (await Deno.readTextFile(path)).split("\n");
    const at = lines.findLastIndex((line) => line.includes('"order_filled"'));
    const fill = JSON.parse(lines[at]!);
    const altered = { ...fill, price: fill.price.replace(/\d$/, (one: string) => `${9 - +one}`) };
    await Deno.writeTextFile(path, lines.with(at, JSON.stringify(altered)).join("\n"));
    const { code, out } = await replay("--recording", recording);
    const found = out.trim().split("\n");
    assertEquals([code, found.length], [1, 3], out);
    assert(found[0]!.startsWith("- ") && found[0]!.includes(`price=${altered.price} `), out);
    assert(found[1]!.startsWith("+ ") && found[1]!.includes(`price=${fill.price} `), out);
  }));
