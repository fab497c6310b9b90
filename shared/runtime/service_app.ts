/**
 * The service template: what every HTTP service does the same way. A request passes, in this order:
 * request id and trace, credential (401), permission and account (403), content type, size and
 * syntax of the body (415, 413, 400), its schema (400), and only then the handler. Every failure
 * leaves as a problem document, and every request leaves one log line.
 */

import { OpenAPIHono, type RouteConfig, type RouteHandler } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Access } from "../contracts/http/routes.ts";
import { allows, type AuthContext, type Credential, reaches, readCredential } from "./auth.ts";
import { parseBody, readBodyText } from "./body_checks.ts";
import { addHealthRoutes } from "./health_routes.ts";
import type { Logger } from "./logger.ts";
import { Problem, problemResponse } from "./problem.ts";
import { checkRequest, schemasOf } from "./request_checks.ts";
import { createRequestLog, type RequestLog } from "./request_log.ts";
import type { IdSource } from "./time.ts";
import { RequestScope, withRequestScope } from "./trace.ts";
import type { ServiceDeps } from "./service_deps.ts";

/** `auth` is set on secured routes, the others on all. Log lines name their request themselves. */
export type AppEnv = {
  Variables: { auth: AuthContext; requestId: string; logger: Logger };
};
export type ServiceApp = OpenAPIHono<AppEnv>;

const partsOf = new WeakMap<object, { readonly deps: ServiceDeps; readonly log: RequestLog }>();
const requestIdPattern = /^[\w.-]{1,64}$/;
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** An app with `/healthz`, `/readyz` and `/metrics`, and the promises above for every other route. */
export function createServiceApp(deps: ServiceDeps): ServiceApp {
  const app: ServiceApp = new OpenAPIHono<AppEnv>();
  partsOf.set(app, { deps, log: createRequestLog(deps.logger, deps.metrics) });
  app.notFound(framed(app, {
    pattern: "unmatched",
    limited: true,
    work(c) {
      throw unmatched(app, c.req.path);
    },
  }));
  addHealthRoutes((path, handle) => addPlainRoute(app, path, { limited: false, handle }), deps);
  return app;
}

/** Serves a secured route of the contract; input and answers are typed by it. */
export function addRoute<Route extends RouteConfig & SecuredParts>(
  app: ServiceApp,
  route: Route,
  handler: RouteHandler<Route, AppEnv>,
): void {
  const schemas = schemasOf(route);
  const { access, ...rest } = route;
  const operation = rest as RouteConfig;
  const handle = handler as unknown as (c: Context<AppEnv>) => Response | Promise<Response>;
  app.openAPIRegistry.registerPath(operation);
  const pattern = route.getRoutingPath();
  const secured = framed(app, {
    pattern,
    limited: true,
    async work(c, { credential, auth, scope, deps }) {
      if (credential === null) throw new Problem("key_missing", "No key or token was sent");
      c.set("auth", admit(c, auth, access));
      let body: unknown;
      if (schemas.json !== undefined) {
        body = parseBody(await readBodyText(c.req, deps.bodyBytesMax), deps.bodyBytesMax);
      }
      checkRequest(c.req, schemas, body);
      return await withRequestScope(scope, () => handle(c));
    },
  });
  app.on([route.method], [pattern], secured);
}

/** Serves what is outside the contract, to anyone: pages, documents, sockets, health, sign-in. */
export function addPlainRoute(
  app: ServiceApp,
  path: string,
  route: {
    /** Default GET. */
    readonly method?: "GET" | "POST" | "DELETE" | undefined;
    /** Whether it counts against its sender's limit. */
    readonly limited: boolean;
    handle(c: Context<AppEnv>): Response | Promise<Response>;
  },
): void {
  const { method = "GET", limited, handle } = route;
  const work: Framed["work"] = (c, { scope }) => withRequestScope(scope, () => handle(c));
  app.on(method, path, framed(app, { pattern: path, limited, work }));
}

interface Framed {
  /** As it is named in metrics. */
  readonly pattern: string;
  readonly limited: boolean;
  work(c: Context<AppEnv>, sender: Sender): Response | Promise<Response>;
}

interface Sender {
  readonly credential: Credential | null;
  readonly auth: AuthContext | null;
  readonly scope: RequestScope;
  readonly deps: ServiceDeps;
}

/**
 * One handler with everything around a request: its id, trace and limit before, its answer's fields,
 * log line and duration after. Not a chain of middleware: this is the edge's hot path.
 */
function framed(
  app: ServiceApp,
  { pattern, limited, work }: Framed,
): (c: Context<AppEnv>) => Promise<Response> {
  const { deps, log } = partsOfApp(app);
  return async (c) => {
    const startedAt = performance.now();
    const { headers } = c.req.raw;
    const scope = scopeOf(headers, deps.ids);
    const { requestId } = scope;
    c.set("requestId", requestId);
    c.set("logger", deps.logger);
    let answer: Response;
    let fields: Readonly<Record<string, string>> | undefined;
    let error: Error | undefined;
    let problem: Problem | undefined;
    try {
      const credential = limited ? readCredential(headers) : null;
      const found = credential === null ? null : deps.authenticate(credential);
      const auth = found instanceof Promise ? await found : found;
      if (limited) fields = deps.limit?.(auth, c.env);
      answer = await work(c, { credential, auth, scope, deps });
    } catch (thrown) {
      error = thrown instanceof Error ? thrown : new Error("Thrown value", { cause: thrown });
      problem = toProblem(error);
      answer = problemResponse(problem, requestId);
    }
    const { status } = answer;
    if (status !== 101) answer = withFields(answer, requestId, fields);
    log(scope, {
      method: c.req.method,
      path: c.req.path,
      route: pattern,
      status,
      ms: performance.now() - startedAt,
      code: problem?.code,
      error,
    });
    return answer;
  };
}

/** The request's id is the sender's, if it gave one that is fit for a log. */
export function scopeOf(headers: Headers, ids: IdSource): RequestScope {
  const given = headers.get("x-request-id");
  const requestId = given !== null && requestIdPattern.test(given) ? given : ids.next();
  return new RequestScope(requestId, headers.get("traceparent"));
}

/** What keeps the app's requests, for those that are answered in front of it. */
export function requestLogOf(app: ServiceApp): RequestLog {
  return partsOfApp(app).log;
}

function partsOfApp(app: ServiceApp): { readonly deps: ServiceDeps; readonly log: RequestLog } {
  const parts = partsOf.get(app);
  if (parts === undefined) throw new TypeError("Cannot use the app: make it a service app");
  return parts;
}

function withFields(
  answer: Response,
  requestId: string,
  fields: Readonly<Record<string, string>> | undefined,
): Response {
  try {
    answer.headers.set("x-request-id", requestId);
  } catch {
    // An answer passed on, with headers that may not be changed.
    return withFields(new Response(answer.body, answer), requestId, fields);
  }
  for (const name in fields) answer.headers.set(name, fields[name]!);
  return answer;
}

interface SecuredParts {
  readonly access: Access;
  getRoutingPath(): string;
}

function admit(c: Context<AppEnv>, auth: AuthContext | null, access: Access): AuthContext {
  if (auth === null) throw new Problem("key_invalid", "The key or token is unknown or expired");
  if (!allows(auth, access.permission)) {
    throw new Problem("permission_denied", `The route needs ${access.permission}`);
  }
  if (access.account && !reaches(auth, c.req.param("accountId") ?? "")) {
    throw new Problem("account_denied", "The account is not one of the key's");
  }
  return auth;
}

function toProblem(error: Error): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException) {
    if (error.status === 404) return new Problem("not_found", "Nothing is here");
    if (error.status === 413) return new Problem("body_too_large", "The body is too large");
    if (error.status === 415) return new Problem("content_type_unsupported", "Send JSON");
    if (error.status === 400) return new Problem("malformed_json", "Cannot parse it");
  }
  return new Problem("internal_error", "The request failed; its id is in the log");
}

/** 405 when the path is served under other methods, else 404. */
function unmatched(app: ServiceApp, path: string): Problem {
  const allowed = methods.filter((method) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method !== "ALL")
  );
  if (allowed.length === 0) return new Problem("not_found", "Nothing is served at this path");
  const allow = allowed.join(", ").replace("GET", "GET, HEAD");
  return new Problem("method_not_allowed", `The path takes ${allow}`, { headers: { allow } });
}
