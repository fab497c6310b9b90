// Goal: a key that may be made may be used, in every way there is. Method: the real edge behind a
// real server; a key that reaches as many accounts as one may, with the longest ids there are.

import { assert, assertEquals } from "@std/assert";
import { permissions } from "../../../shared/contracts/http/routes.ts";
import { accountsMax, tokenLengthMax } from "../../../shared/contracts/key_limits.ts";
import { accountIdLengthMax, isAccountId } from "../../../shared/domain/ids.ts";
import { createMetrics } from "../../../shared/runtime/metrics.ts";
import { createTokens } from "../../../shared/security/tokens.ts";
import { systemTimer } from "../../../shared/runtime/time.ts";
import { createGatewayApp } from "../app.ts";
import { withEdge } from "../testing/feed_sockets.ts";
import { testTokenSecret } from "../testing/test_edge.ts";

/** What browsers keep of a cookie, its name and attributes included (RFC 6265 6.1). */
const cookieBytesMax = 4_096;
const origin = "http://localhost:8000";
const accounts = Array.from(
  { length: accountsMax },
  (_, at) => `a${String(at).padStart(accountIdLengthMax - 1, "0")}`,
);

Deno.test("the largest key trades, buys tokens, signs in and follows the feed", async () => {
  assert(accounts.every(isAccountId) && !isAccountId(`${accounts[0]}0`));
  const inside = createTokens({ secret: testTokenSecret, clock: systemTimer });
  const passedOn: unknown[] = [];
  const trading = async ({ headers }: Request) => {
    const token = headers.get("authorization")!.slice("Bearer ".length);
    passedOn.push((await inside.verify(token, "internal"))?.accounts);
    return Response.json({});
  };
  await withEdge(async (edge, connect) => {
    const app = createGatewayApp({
      ...edge.deps,
      metrics: createMetrics("largest-key-test"),
      bodyBytesMax: 65_536,
    });
    const ask = async (path: string, headers: Record<string, string>, body?: unknown) => {
      const json = body === undefined ? {} : { "content-type": "application/json" };
      const request = new Request(origin + path, {
        method: body === undefined ? "GET" : "POST",
        headers: { ...headers, ...json },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const answer = await app.fetch(request);
      return { status: answer.status, headers: answer.headers, body: await answer.json() };
    };

    const wanted = { name: "largest", permissions, accounts };
    const made = await ask("/v1/keys", { "x-api-key": edge.admin }, wanted);
    assertEquals([made.status, made.body.accounts], [201, accounts]);
    const more = { ...wanted, accounts: [...accounts, "b"] };
    const refused = await ask("/v1/keys", { "x-api-key": edge.admin }, more);
    assertEquals([refused.status, refused.body.code], [400, "invalid_request"]);

    const { key } = made.body;
    const bought = await ask("/v1/tokens", { "x-api-key": key }, {});
    assertEquals(bought.status, 201);
    const { token } = bought.body;
    assert(token.length <= tokenLengthMax, `${token.length} characters`);
    const last = accounts.at(-1)!;
    const path = `/v1/accounts/${last}`;
    for (const credential of [{ "x-api-key": key }, { authorization: `Bearer ${token}` }]) {
      assertEquals((await ask(path, credential)).status, 200);
    }
    assertEquals(passedOn, [new Set(accounts), new Set(accounts)]);

    const browser = { origin, "sec-fetch-site": "same-origin" };
    const signedIn = await ask("/console/session", browser, { key });
    assertEquals([signedIn.status, signedIn.body.accounts], [201, accounts]);
    const cookie = signedIn.headers.get("set-cookie")!;
    assert(cookie.length <= cookieBytesMax, `${cookie.length} bytes`);
    const held = { ...browser, cookie: cookie.split(";")[0]! };
    const renewed = await ask("/console/session/token", held, {});
    assertEquals([renewed.status, renewed.body.accounts], [201, accounts]);
    assertEquals(new Set(renewed.body.permissions), new Set(permissions));

    await edge.account({ accountId: last, lastTransactionId: 1 });
    const client = await connect(null);
    client.send({ type: "authenticate", token: renewed.body.token });
    await client.next("authenticated");
    client.send({ type: "subscribe", channel: "account", accountId: last, since: 1 });
    const followed = await client.next("subscribed");
    assert(followed.type === "subscribed" && followed.channel === "account");
    assertEquals(followed.accounts, [last]);
  }, { trading });
});
