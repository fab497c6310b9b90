/**
 * The refusals every secured route owes: no key, a bad key, a key without the permission, a key of
 * another account. Runs against a service directly or against the edge in front of it; one test a
 * route, so a route that is added is a route that is tested.
 */

import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { ProblemCode } from "../contracts/http/problems.ts";
import { type Access, type Permission, permissions } from "../contracts/http/routes.ts";
import type { Authenticate } from "../runtime/auth.ts";

/** What of a route the suite looks at; every `SecuredRoute` is one. */
export interface RefusableRoute {
  readonly method: string;
  readonly path: string;
  readonly operationId?: string;
  readonly access: Access;
  readonly request?: object;
}

type Headers = Readonly<Record<string, string>>;

/** Credentials as headers. */
export interface RefusalCredentials {
  /** Every permission but this one and `admin`, on `refusalAccount`. */
  without(permission: Permission): Headers | Promise<Headers>;
  /** Every permission but `admin`, on some account that is not `refusalAccount`. */
  readonly otherAccount: Headers;
}

export interface RefusalSuite {
  readonly name: string;
  readonly routes: readonly RefusableRoute[];
  app(): RefusableApp | Promise<RefusableApp>;
  /** Default: those that {@link refusalAuthenticate} knows. */
  readonly credentials?: RefusalCredentials | undefined;
}

export interface RefusableApp {
  fetch(request: Request): Response | Promise<Response>;
}

/** The account in the paths of the suite's requests. It need not exist: refusals come before. */
export const refusalAccount = "refusals";

const plausible: Readonly<Record<string, string>> = {
  accountId: refusalAccount,
  orderId: `${refusalAccount}.3`,
  symbol: "EURUSD",
};

/** One test a route, and one that the list itself holds water. */
export function describeRefusals(suite: RefusalSuite): void {
  const { name, routes, credentials = refusalCredentials } = suite;
  describe(`${name}: refusals`, () => {
    it("every secured route is listed once and says who may call it", () => {
      assert(routes.length > 0, "No routes to test");
      const names = routes.map(({ method, path }) => `${method} ${path}`);
      assertEquals(names, [...new Set(names)]);
      for (const { access, path } of routes) {
        assert(permissions.includes(access.permission), `${path}: ${access.permission}`);
        assertEquals(access.account, path.includes("{accountId}"), `${path}: access.account`);
      }
    });
    for (const route of routes) {
      const title = `${route.method.toUpperCase()} ${route.path}`;
      it(`${title} refuses missing, bad and insufficient keys`, async () => {
        const app = await suite.app();
        for (const [headers, status, code] of await refusalsOf(route, credentials)) {
          const answer = await app.fetch(requestTo(route, headers));
          await expectProblem(answer, status, code);
        }
      });
    }
  });
}

type Refusal = readonly [headers: Headers, status: number, code: ProblemCode];

async function refusalsOf(
  { access }: RefusableRoute,
  credentials: RefusalCredentials,
): Promise<Refusal[]> {
  const refusals: Refusal[] = [
    [{}, 401, "key_missing"],
    [{ authorization: "Basic dXNlcjpwYXNzd29yZA==" }, 401, "key_missing"],
    [{ "x-api-key": "sw_nobodyshere0_" + "x".repeat(43) }, 401, "key_invalid"],
    [{ "x-api-key": "'; drop table keys; --" }, 401, "key_invalid"],
    [{ authorization: "Bearer not.a.token" }, 401, "key_invalid"],
    [await credentials.without(access.permission), 403, "permission_denied"],
  ];
  // An admin's key reaches every account.
  if (access.account && access.permission !== "admin") {
    refusals.push([credentials.otherAccount, 403, "account_denied"]);
  }
  return refusals;
}

function requestTo(route: RefusableRoute, credential: Headers): Request {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => plausible[name] ?? "1");
  const takesBody = route.request !== undefined && "body" in route.request;
  const body = takesBody ? "{}" : null;
  const headers = {
    ...credential,
    ...(takesBody ? { "content-type": "application/json" } : {}),
  };
  return new Request(`http://refusals${path}`, {
    method: route.method.toUpperCase(),
    headers,
    body,
  });
}

async function expectProblem(answer: Response, status: number, code: ProblemCode): Promise<void> {
  const document = await answer.json();
  assertEquals([answer.status, document.status, document.code], [status, status, code]);
  assertEquals(answer.headers.get("content-type"), "application/problem+json");
  assertEquals(document.type, `urn:spotwire:problem:${code}`);
  assertEquals(answer.headers.get("x-request-id"), document.requestId);
  assertEquals(answer.headers.get("www-authenticate"), status === 401 ? "Bearer" : null);
}

/** Keys of {@link refusalAuthenticate}: `sw_admin` may do everything. */
export const refusalCredentials: RefusalCredentials = {
  without: (permission) => ({ "x-api-key": `sw_without_${permission}` }),
  otherAccount: { "x-api-key": "sw_other" },
};

/** An `authenticate` for tests of a service without an identity behind it. */
export const refusalAuthenticate: Authenticate = ({ kind, value }) => {
  if (kind !== "api_key") return null;
  const below = permissions.filter((permission) => permission !== "admin");
  if (value === "sw_admin") {
    return { subject: "admin", permissions: new Set(["admin"]), accounts: "all" };
  }
  if (value === "sw_other") {
    return { subject: "other", permissions: new Set(below), accounts: new Set(["elsewhere"]) };
  }
  const missing = permissions.find((permission) => value === `sw_without_${permission}`);
  if (missing === undefined) return null;
  return {
    subject: value.slice(3),
    permissions: new Set(below.filter((permission) => permission !== missing)),
    accounts: new Set([refusalAccount]),
  };
};
