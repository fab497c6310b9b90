import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { epochMs } from "../domain/time.ts";
import { createEventSource } from "./events.ts";
import { createLogger } from "./logger.ts";
import { currentTraceparent, RequestScope, withRequestScope, withTraceparent } from "./trace.ts";

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const later = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("withTraceparent() holds through awaits, and beside another trace", async () => {
  const other = traceparent.replace("0af7", "ffff");
  const seen = await Promise.all(
    [traceparent, other].map((one) =>
      withTraceparent(one, async () => {
        await later();
        return currentTraceparent();
      })
    ),
  );
  assertEquals(seen, [traceparent, other]);
  assertEquals(currentTraceparent(), undefined);
});

Deno.test("withTraceparent() leaves the trace around it when there is none or a malformed one", () => {
  const scope = new RequestScope("r-1", traceparent);
  withRequestScope(scope, () => {
    assertEquals(currentTraceparent(), traceparent);
    for (const none of [undefined, "", "garbage", `00-${"0".repeat(32)}-b7ad6b7169203331-01`]) {
      assertEquals(withTraceparent(none, currentTraceparent), undefined);
    }
  });
});

Deno.test("a request without a trace gets one, the same for all its work", async () => {
  const [first, second] = await withRequestScope(new RequestScope("r-1", null), async () => {
    const before = currentTraceparent();
    await later();
    return [before, currentTraceparent()];
  });
  assertMatch(first ?? "", /^00-[\da-f]{32}-[\da-f]{16}-00$/);
  assertEquals(first, second);
  assertNotEquals(withRequestScope(new RequestScope("r-2", null), currentTraceparent), first);
});

Deno.test("event() carries the current trace, and leaves out what there is not", () => {
  const events = createEventSource({
    source: "/workers/test",
    ids: { next: () => "id-1" },
    clock: { now: () => epochMs(0) },
  });
  const bare = {
    specversion: "1.0",
    id: "id-1",
    source: "/workers/test",
    type: "a.b",
    time: "1970-01-01T00:00:00.000Z",
    data: { n: 1 },
  } as const;
  assertEquals(events.event("a.b", { n: 1 }), bare);
  assertEquals(
    withTraceparent(traceparent, () => events.event("a.b", { n: 1 }, { subject: "s", id: "own" })),
    { ...bare, id: "own", subject: "s", traceparent },
  );
});

Deno.test("log lines name their trace and never a secret", () => {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    service: "test",
    level: "info",
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  });
  withTraceparent(traceparent, () => {
    logger.info({ token: "t0p", request: { authorization: "Bearer x" } }, "hello");
  });
  const { time, ...line } = lines[0]!;
  assertMatch(String(time), /^\d{4}-\d\d-\d\dT/);
  assertEquals(line, {
    level: "info",
    service: "test",
    traceId: traceparent.slice(3, 35),
    token: "[redacted]",
    request: { authorization: "[redacted]" },
    msg: "hello",
  });
});
