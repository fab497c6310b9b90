/** Schema checks of a request's parts, all faults of all parts in one answer. */

import type { RouteConfig, z } from "@hono/zod-openapi";
import type { HonoRequest } from "hono/request";
import { type FieldError, Problem } from "./problem.ts";

/** The parts of a request that a route may give a schema. */
export interface RequestSchemas {
  readonly param: z.ZodType | undefined;
  readonly query: z.ZodType | undefined;
  readonly json: z.ZodType | undefined;
}

/** @throws TypeError for a part that service routes do not use: forms, cookies, headers. */
export function schemasOf(route: RouteConfig): RequestSchemas {
  const { params, query, body, headers, cookies } = route.request ?? {};
  const content = body?.content[jsonType] as { schema?: unknown } | undefined;
  const others = body === undefined ? [] : Object.keys(body.content);
  if (headers !== undefined || cookies !== undefined || others.some((type) => type !== jsonType)) {
    throw new TypeError(`Cannot serve ${route.path}: only params, query and JSON bodies are read`);
  }
  return {
    param: params as z.ZodType | undefined,
    query: query as z.ZodType | undefined,
    json: content?.schema as z.ZodType | undefined,
  };
}

const jsonType = "application/json";

/**
 * Checks each part and leaves the outcome where `c.req.valid()` finds it.
 * @throws Problem `invalid_request` naming every fault.
 */
export function checkRequest(request: HonoRequest, schemas: RequestSchemas, body: unknown): void {
  let errors: FieldError[] | undefined;
  const check = (target: "param" | "query" | "json", schema: z.ZodType, value: unknown) => {
    const result = schema.safeParse(value);
    if (result.success) request.addValidatedData(target, result.data as object);
    else (errors ??= []).push(...fieldErrors(target, result.error));
  };
  if (schemas.param !== undefined) check("param", schemas.param, request.param());
  if (schemas.query !== undefined) check("query", schemas.query, queryOf(request));
  if (schemas.json !== undefined) check("json", schemas.json, body);
  if (errors !== undefined) throw invalidRequest(errors);
}

export function invalidRequest(errors: readonly FieldError[]): Problem {
  const count = errors.length === 1 ? "One field is" : `${errors.length} fields are`;
  return new Problem("invalid_request", `${count} not as the schema wants`, { errors });
}

/** A fault of the body is a JSON pointer (`/units`), of the others `query.limit`, `path.orderId`. */
export function fieldErrors(target: string, error: z.core.$ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    const keys = issue.code === "unrecognized_keys" ? issue.keys : [undefined];
    return keys.map((key) => ({
      path: pathText(target, key === undefined ? issue.path : [...issue.path, key]),
      message: key === undefined ? issue.message : "Not a field of this request",
    }));
  });
}

function pathText(target: string, path: readonly PropertyKey[]): string {
  if (target !== "json") {
    return [target === "param" ? "path" : target, ...path].map(String).join(".");
  }
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join(
    "",
  );
}

/** A parameter given once is text, given again a list. */
function queryOf(request: HonoRequest): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const [name, values] of Object.entries(request.queries())) {
    query[name] = values.length === 1 ? values[0]! : values;
  }
  return query;
}
