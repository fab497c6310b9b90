// Goal: a browser session buys tokens for its own page and is worth nothing anywhere else. Method: the
// real app; the requests a browser would send, and those another site's page could make it send.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { AuthContext } from "../../../shared/runtime/auth.ts";
import { createMetrics } from "../../../shared/runtime/metrics.ts";
import { createGatewayApp } from "../app.ts";
import type { ConsoleFiles } from "../console/console_files.ts";
import { startTestEdge, type TestEdge } from "../testing/test_edge.ts";

const origin = "http://localhost:8000";
const sameOrigin = { origin, "sec-fetch-site": "same-origin" };

interface Ask {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: unknown;
  base?: string;
}

function browser(edge: TestEdge, more: Partial<Parameters<typeof createGatewayApp>[0]> = {}) {
  const app = createGatewayApp({ ...edge.deps, metrics: createMetrics("session-test"), ...more });
  return async (ask: Ask = {}) => {
    const { method = "POST", path = "/console/session", headers = sameOrigin, body } = ask;
    const answer = await app.fetch(
      new Request((ask.base ?? origin) + path, {
        method,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      }),
    );
    const text = await answer.text();
    const json = answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : null;
    const cookie = answer.headers.get("set-cookie");
    return { status: answer.status, headers: answer.headers, text, json, cookie };
  };
}

const held = (cookie: string | null) => ({ ...sameOrigin, cookie: cookie!.split(";")[0]! });

Deno.test("a key buys a cookie that scripts cannot read, and the cookie buys tokens", async () => {
  await using edge = await startTestEdge();
  const ask = browser(edge);
  const key = await edge.key();
  const opened = await ask({ body: { key } });
  assertEquals(opened.status, 201);
  assertMatch(
    opened.cookie!,
    /^spotwire_session=[\w.-]+; Path=\/console\/session; Max-Age=43200; HttpOnly; SameSite=Strict$/,
  );
  assertEquals(opened.headers.get("cache-control"), "no-store");
  const path = "/console/session/token";
  const renewed = await ask({ path, headers: held(opened.cookie) });
  assertEquals([renewed.status, renewed.json.accounts, renewed.json.demo], [201, ["demo"], false]);
  assertEquals(renewed.json.subject, opened.json.subject);
  assert(renewed.cookie !== null, "a used session lives on");
  const authorization = `Bearer ${renewed.json.token}`;
  const used = await ask({ path: "/v1/tokens", headers: { authorization }, body: {} });
  assertEquals(used.status, 201);
  assertEquals((await ask({ path })).status, 204, "nobody is signed in");
  const out = await ask({ method: "DELETE" });
  assertEquals(out.status, 204);
  assertMatch(out.cookie!, /^spotwire_session=; .*Max-Age=0/);
});

Deno.test("the cookie is no credential of the API, and a session is no token", async () => {
  await using edge = await startTestEdge();
  const ask = browser(edge);
  const { cookie } = await ask({ body: { key: edge.admin } });
  const path = "/v1/keys";
  const byCookie = await ask({ method: "GET", path, headers: held(cookie) });
  assertEquals(byCookie.json.code, "key_missing");
  const value = held(cookie).cookie.split("=")[1]!;
  const authorization = `Bearer ${value}`;
  const byToken = await ask({ method: "GET", path, headers: { authorization } });
  assertEquals(byToken.json.code, "key_invalid");
  const { token } = (await ask({ body: { key: edge.admin } })).json;
  const turned = { ...sameOrigin, cookie: `spotwire_session=${token}` };
  const other = await ask({ path: "/console/session/token", headers: turned });
  assertEquals(other.json.code, "key_invalid", "a token opens no session");
});

Deno.test("pages of other origins can neither sign in, nor renew, nor sign out", async () => {
  await using edge = await startTestEdge();
  const ask = browser(edge);
  const { cookie } = await ask({ body: { key: edge.admin } });
  const foreign: Record<string, string>[] = [
    {},
    { origin: "http://evil.example" },
    { origin: "null" },
    { origin: "http://localhost:3000" },
    { origin, "sec-fetch-site": "same-site" },
    { origin, "sec-fetch-site": "cross-site" },
  ];
  for (const headers of foreign) {
    const all = { ...headers, cookie: held(cookie).cookie };
    const asked = [
      ask({ body: { key: edge.admin }, headers: all }),
      ask({ path: "/console/session/token", headers: all }),
      ask({ method: "DELETE", headers: all }),
    ];
    for (const { json, cookie: set } of await Promise.all(asked)) {
      assertEquals([json.code, set], ["permission_denied", null], JSON.stringify(headers));
    }
  }
});

Deno.test("a session ends with its key", async () => {
  await using edge = await startTestEdge();
  const ask = browser(edge);
  const { cookie } = await ask({ body: { key: await edge.key() } });
  const record = edge.deps.keys;
  const [own] = (await record.list()).filter(({ name }) => name === "test");
  await record.delete(own!.keyId);
  edge.deps.registry.replace(await record.list());
  const renewed = await ask({ path: "/console/session/token", headers: held(cookie) });
  assertEquals(renewed.json.code, "key_invalid");
  assertMatch(renewed.cookie!, /^spotwire_session=; .*Max-Age=0/, "the browser forgets it too");
});

Deno.test("a page over TLS has its cookie sent back over TLS alone, wherever the TLS ends", async () => {
  await using edge = await startTestEdge();
  const ask = browser(edge);
  const secure = { origin: "https://localhost:8000", "sec-fetch-site": "same-origin" };
  const flags = /; Path=\/console\/session; Max-Age=(43200|0); HttpOnly; SameSite=Strict; Secure$/;
  for (const base of ["https://localhost:8000", "http://localhost:8000"]) {
    const opened = await ask({ base, body: { key: edge.admin }, headers: secure });
    assertMatch(opened.cookie!, flags);
    const cookie = opened.cookie!.split(";")[0]!;
    const path = "/console/session/token";
    assertMatch((await ask({ base, path, headers: { ...secure, cookie } })).cookie!, flags);
    assertMatch((await ask({ base, method: "DELETE", headers: secure })).cookie!, flags);
  }
});

Deno.test("the demo account is for browsers on this machine, where the profile offers it", async () => {
  await using edge = await startTestEdge();
  const auth = edge.deps.authenticate({ kind: "api_key", value: edge.admin }) as AuthContext;
  const body = { demo: true };
  assertEquals((await browser(edge)({ body })).json.code, "permission_denied");
  const ask = browser(edge, { demo: { accountId: "demo", auth } });
  const opened = await ask({ body });
  assertEquals([opened.status, opened.json.demo], [201, true]);
  // A name that was rebound to this machine is another site's.
  const base = "http://evil.example";
  const rebound = await ask({ body, base, headers: { origin: base } });
  assertEquals(rebound.json.code, "permission_denied");
});

Deno.test("what is no sign-in is refused", async () => {
  await using edge = await startTestEdge();
  const ask = browser(edge);
  assertEquals((await ask({ body: { key: "sw_wrong" } })).json.code, "key_invalid");
  for (const body of [{}, { key: "" }, { demo: false }, { key: "a", demo: true }, []]) {
    assertEquals((await ask({ body })).json.code, "invalid_request");
  }
  assertEquals((await ask({ headers: sameOrigin })).json.code, "content_type_unsupported");
  assertEquals((await ask({ body: { key: "x".repeat(2_000) } })).json.code, "body_too_large");
});

Deno.test("the page allows nothing inline and nothing from elsewhere, and says who may press demo", async () => {
  await using edge = await startTestEdge();
  const text = new TextEncoder().encode("run()");
  const files: ConsoleFiles = {
    page: '<meta name="spotwire-demo" content="{{demo}}">',
    assets: new Map([["/console/app-1.js", {
      type: "text/javascript",
      bytes: { identity: text, gzip: text, br: text },
    }]]),
  };
  const ask = browser(edge, { console: files });
  const page = await ask({ method: "GET", path: "/", headers: { host: "localhost:8000" } });
  const policy = page.headers.get("content-security-policy")!;
  assert(!policy.includes("unsafe") && policy.includes("default-src 'none'"), policy);
  assert(policy.includes("frame-ancestors 'none'"), policy);
  assertEquals(page.text, '<meta name="spotwire-demo" content="">');
  const path = "/console/app-1.js";
  const file = await ask({ method: "GET", path, headers: { "accept-encoding": "gzip, br" } });
  assertEquals(file.headers.get("content-encoding"), "br");
  assertMatch(file.headers.get("cache-control")!, /immutable/);
});
