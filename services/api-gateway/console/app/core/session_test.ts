import { assertEquals, assertRejects } from "@std/assert";
import { Session, SignInRefused } from "./session.ts";

const minuteMs = 60_000;

/** A session against a sign-in that answers as given. */
function start(answers: (() => Response)[]) {
  const asked: string[] = [];
  const machine = { at: 0, now: () => machine.at, origin: "http://edge" };
  const fetcher = ((url: string, init: RequestInit) => {
    asked.push(`${init.method} ${new URL(url).pathname}`);
    return Promise.resolve(answers.shift()!());
  }) as typeof fetch;
  return { session: new Session(machine, fetcher), asked, machine };
}

const token = (name: string, expiresMs: number) => () =>
  Response.json({
    token: name,
    expiresAt: new Date(expiresMs).toISOString(),
    subject: "key:a",
    permissions: [],
    accounts: "all",
    demo: false,
  }, { status: 201 });

Deno.test("a token is used until its last minute and then bought anew, once for all who ask", async () => {
  const { session, asked, machine } = start([
    token("a", 10 * minuteMs),
    token("b", 20 * minuteMs),
  ]);
  assertEquals(await session.token(), "a");
  machine.at = 8 * minuteMs;
  assertEquals(await session.token(), "a");
  machine.at = 9.5 * minuteMs;
  assertEquals(await Promise.all([session.token(), session.token()]), ["b", "b"]);
  assertEquals(asked.length, 2);
});

Deno.test("an ended session is told from one that never was, and is not asked about again", async () => {
  const never = start([() => new Response(null, { status: 204 })]);
  await never.session.resume();
  assertEquals(never.session.state.value.state, "signed_out");

  const ended = start([token("a", minuteMs), () => new Response(null, { status: 401 })]);
  await ended.session.resume();
  ended.session.forget();
  await assertRejects(() => ended.session.token(), SignInRefused);
  assertEquals(ended.session.state.value.state, "ended");
  await assertRejects(() => ended.session.token(), SignInRefused);
  assertEquals(ended.asked.length, 2);
});

Deno.test("a platform that does not answer ends no session", async () => {
  const { session } = start([
    token("a", minuteMs),
    () => new Response(null, { status: 503 }),
    token("b", 20 * minuteMs),
  ]);
  await session.resume();
  await assertRejects(() => session.token(), SignInRefused);
  assertEquals(session.state.value.state, "signed_in");
  assertEquals(await session.token(), "b");
});
