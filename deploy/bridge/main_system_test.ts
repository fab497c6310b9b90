import { assertEquals } from "@std/assert";
import { epochMs } from "../../shared/domain/time.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { realTest } from "../../shared/testing/real.ts";
import { startRedis } from "../../shared/testing/real_redis.ts";

const main = new URL("./main.ts", import.meta.url).href;
const token = "a-token-for-tests-only-0123456789";

function start(env: Record<string, string>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", main],
    cwd: new URL("../../", import.meta.url),
    env,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

realTest("the bridge serves streams and ends cleanly on SIGTERM", ["redis"], async () => {
  await using redis = await startRedis();
  const port = freePort();
  const child = start({
    SPOTWIRE_BRIDGE_REDIS_URL: redis.url,
    SPOTWIRE_BRIDGE_TOKEN: token,
    SPOTWIRE_BRIDGE_PORT: String(port),
  });
  const clock = { now: () => epochMs(Date.now()) };
  const streams = await openStreams(`http://127.0.0.1:${port}?token=${token}`, { clock });
  await eventually(() => streams.ping(), { timeoutMs: 30_000 });
  await streams.publish("t", ["a"], 10);
  await streams.close();
  child.kill("SIGTERM");
  assertEquals((await child.status).code, 0);
});

Deno.test("the bridge refuses to start without a long token", async () => {
  const child = start({ SPOTWIRE_BRIDGE_REDIS_URL: "redis://x", SPOTWIRE_BRIDGE_TOKEN: "short" });
  assertEquals((await child.status).code, 2);
});
