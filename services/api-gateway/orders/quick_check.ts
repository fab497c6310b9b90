/**
 * The commonest order check, answered in front of the routes: a known API key, a JSON body of known
 * size in the plain form, an order that is acceptable. Everything else, every refusal included, goes
 * the general way, which alone decides what is refused and how. What is answered here is answered
 * there the same; it costs half, since none of the general machinery runs.
 */

import { placeOrderBody } from "../../../shared/contracts/http/order_bodies.ts";
import { checkOrderRoute } from "../../../shared/contracts/http/trading.ts";
import { isAccountId } from "../../../shared/domain/ids.ts";
import type { OrderRequest } from "../../../shared/domain/orders/read_order.ts";
import { allows, type AuthContext, reaches } from "../../../shared/runtime/auth.ts";
import type { FetchApp } from "../../../shared/runtime/serve_app.ts";
import { requestLogOf, scopeOf, type ServiceApp } from "../../../shared/runtime/service_app.ts";
import type { GatewayDeps } from "../deps.ts";
import { rateLimitHeaders } from "../../../shared/resilience/rate_limit_headers.ts";
import { refusalNow } from "./check_at_edge.ts";

const [before, after] = checkOrderRoute.path.split("{accountId}") as [string, string];
const pattern = checkOrderRoute.getRoutingPath();
const { permission } = checkOrderRoute.access;
const answer = JSON.stringify({ acceptable: true });
const jsonType = "application/json";

export function withQuickCheck(app: ServiceApp, deps: GatewayDeps): FetchApp {
  const log = requestLogOf(app);
  const fieldsOf = rateLimitHeaders(deps.limiter);

  async function check(asked: Asked, startedAt: number): Promise<Response> {
    const { request, info, accountId, auth } = asked;
    const text = await request.text();
    const body = readBody(text);
    const decision = body !== null && refusalNow(deps.market, accountId, body) === null
      ? deps.limiter.take(auth.subject)
      : null;
    // The body is read, so the general way gets it again.
    if (!decision?.allowed) return await app.fetch(new Request(request, { body: text }), info);
    const scope = scopeOf(request.headers, deps.ids);
    const response = new Response(answer, { headers: { "content-type": jsonType } });
    response.headers.append("x-request-id", scope.requestId);
    const fields = fieldsOf(decision);
    for (const name in fields) response.headers.append(name, fields[name]!);
    log(scope, {
      method: "POST",
      path: before + accountId + after,
      route: pattern,
      status: 200,
      ms: performance.now() - startedAt,
      code: undefined,
      error: undefined,
    });
    return response;
  }

  return {
    fetch(request, info) {
      const startedAt = performance.now();
      const asked = askedOf(request, info, deps);
      return asked === null ? app.fetch(request, info) : check(asked, startedAt);
    },
  };
}

/** A check by someone who may ask for it. */
interface Asked {
  readonly request: Request;
  readonly info: Deno.ServeHandlerInfo | undefined;
  readonly accountId: string;
  readonly auth: AuthContext;
}

function askedOf(
  request: Request,
  info: Deno.ServeHandlerInfo | undefined,
  deps: GatewayDeps,
): Asked | null {
  const { url } = request;
  if (!url.endsWith(after) || request.method !== "POST") return null;
  const pathAt = url.indexOf("/", url.indexOf("//") + 2);
  if (!url.startsWith(before, pathAt)) return null;
  const accountId = url.slice(pathAt + before.length, -after.length);
  if (!isAccountId(accountId)) return null;
  const { headers } = request;
  const key = headers.get("x-api-key");
  if (key === null || key === "" || headers.get("content-type") !== jsonType) return null;
  if (!(Number(headers.get("content-length") ?? NaN) <= deps.bodyBytesMax)) return null;
  const auth = deps.authenticate({ kind: "api_key", value: key });
  if (auth === null || auth instanceof Promise) return null;
  if (!allows(auth, permission) || !reaches(auth, accountId)) return null;
  return { request, info, accountId, auth };
}

/** The order, or `null` for what the general way has to refuse. */
function readBody(text: string): OrderRequest | null {
  try {
    return placeOrderBody.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
