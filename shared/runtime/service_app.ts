/**
 * The service template: what every HTTP service does the same way. A request passes, in this order:
 * request id and trace, credential (401), permission and account (403), content type, size and
 * syntax of the body (415, 413, 400), its schema (400), and only then the handler. Every failure
 * leaves as a problem document, and every request leaves one log line.
 */

import { OpenAPIHono, type RouteConfig, type RouteHandler } from "@hono/zod-openapi";
import type { Context, Handler, MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { matchedRoutes } from "hono/route";
import type { RouterRoute } from "hono/types";
import type { Access } from "../contracts/http/routes.ts";
import type { Clock } from "../domain/time.ts";
import { allows, type AuthContext, type Authenticate, reaches, readCredential } from "./auth.ts";
import { parseBody, readBodyText } from "./body_checks.ts";
import { addHealthRoutes } from "./health_routes.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";
import { Problem, problemResponse } from "./problem.ts";
import { checkRequest, fieldErrors, invalidRequest, schemasOf } from "./request_checks.ts";
import { createRequestLog } from "./request_log.ts";
import type { IdSource } from "./time.ts";
import { RequestScope, withRequestScope } from "./trace.ts";

export interface ServiceDeps {
  readonly service: string;
  readonly version: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly authenticate: Authenticate;
  /** Readiness: each throws while what it names cannot be reached. */
  readonly checks: Record<string, () => Promise<void>>;
  readonly bodyBytesMax: number;
}

/** `auth` is set on secured routes, the others on all. Log lines name their request themselves. */
export type AppEnv = {
  Variables: { auth: AuthContext; requestId: string; logger: Logger };
};
export type ServiceApp = OpenAPIHono<AppEnv>;

const depsOf = new WeakMap<object, ServiceDeps>();
/** Handlers that enter the request's scope themselves, once there is something to do in it. */
const entersScope = new WeakSet<object>();
const requestIdPattern = /^[\w.-]{1,64}$/;
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** An app with `/healthz`, `/readyz` and `/metrics`, and the promises above for every other route. */
export function createServiceApp(deps: ServiceDeps): ServiceApp {
  const app: ServiceApp = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(fieldErrors(result.target, result.error));
    },
  });
  depsOf.set(app, deps);
  app.use("*", frame(deps));
  app.onError((error, c) => problemResponse(toProblem(error), c.get("requestId")));
  app.notFound((c) => {
    const problem = unmatched(app, c.req.path);
    c.error = problem;
    return problemResponse(problem, c.get("requestId"));
  });
  addHealthRoutes(app, deps);
  return app;
}

/** Serves a secured route of the contract; input and answers are typed by it. */
export function addRoute<Route extends RouteConfig & SecuredParts>(
  app: ServiceApp,
  route: Route,
  handler: RouteHandler<Route, AppEnv>,
): void {
  const deps = depsOf.get(app);
  if (deps === undefined) throw new TypeError("Cannot add a route: make the app a service app");
  const schemas = schemasOf(route);
  const { access, ...rest } = route;
  const operation = rest as RouteConfig;
  const handle = handler as unknown as Handler<AppEnv>;
  app.openAPIRegistry.registerPath(operation);
  // One handler instead of a chain of middleware: this is the edge's hot path.
  const secured: Handler<AppEnv> = async (c, next) => {
    // A middleware that had to know the caller, to limit it, has set it already.
    const found = c.get("auth") ?? identify(c, deps.authenticate);
    const auth = found instanceof Promise ? await found : found;
    c.set("auth", admit(c, auth, access));
    let body: unknown;
    if (schemas.json !== undefined) {
      body = parseBody(await readBodyText(c.req, deps.bodyBytesMax), deps.bodyBytesMax);
    }
    checkRequest(c.req, schemas, body);
    const scope = (c as unknown as Context<FramedEnv>).get("scope");
    return withRequestScope(scope, () => handle(c, next) as Promise<Response>);
  };
  entersScope.add(secured);
  app.on([route.method], [route.getRoutingPath()], secured);
}

type FramedEnv = { Variables: AppEnv["Variables"] & { scope: RequestScope } };

interface SecuredParts {
  readonly access: Access;
  getRoutingPath(): string;
}

function identify(c: Context<AppEnv>, authenticate: Authenticate) {
  const credential = readCredential(c.req.raw.headers);
  if (credential === null) throw new Problem("key_missing", "No key or token was sent");
  return authenticate(credential);
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

/** Around every request: its id and trace before, its answer's id, log line and duration after. */
function frame(deps: ServiceDeps): MiddlewareHandler<AppEnv> {
  const log = createRequestLog(deps.logger, deps.metrics);
  return async (c, next) => {
    const startedAt = performance.now();
    const { headers } = c.req.raw;
    const given = headers.get("x-request-id");
    const requestId = given !== null && requestIdPattern.test(given) ? given : deps.ids.next();
    const scope = new RequestScope(requestId, headers.get("traceparent"));
    (c as unknown as Context<FramedEnv>).set("scope", scope);
    c.set("requestId", requestId);
    c.set("logger", deps.logger);
    const route = routeOf(c);
    try {
      if (route !== undefined && entersScope.has(route.handler)) await next();
      else await withRequestScope(scope, next);
    } catch (error) {
      // Something other than an Error was thrown, which the framework passes on.
      c.error = new Error("Thrown value", { cause: error });
      c.res = problemResponse(toProblem(c.error), requestId);
    }
    const { res, error } = c;
    if (res.status !== 101) setRequestId(c, requestId);
    log(scope, {
      method: c.req.method,
      path: c.req.path,
      route: route?.path ?? "unmatched",
      status: res.status,
      ms: performance.now() - startedAt,
      code: error === undefined ? undefined : toProblem(error).code,
      error,
    });
  };
}

function setRequestId(c: Context<AppEnv>, requestId: string): void {
  try {
    c.res.headers.set("x-request-id", requestId);
  } catch {
    c.header("x-request-id", requestId); // an answer passed on, with headers it may not change
  }
}

/** The route that will take the request, after all middleware. */
function routeOf(c: Context<AppEnv>): RouterRoute | undefined {
  const routes = matchedRoutes(c);
  for (let at = routes.length - 1; at >= 0; at--) {
    if (routes[at]!.method !== "ALL") return routes[at];
  }
  return undefined;
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
