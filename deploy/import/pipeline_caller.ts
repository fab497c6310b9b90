/** Speaks the data pipeline's routes: to a platform over HTTP, or to one opened in this process. */

import type { z } from "@hono/zod-openapi";
import type { importView } from "../../shared/contracts/http/data_pipeline.ts";

export type ImportView = z.infer<typeof importView>;

/** A refusal, as the platform words it. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: string;

  constructor(
    document: { code: string; detail: string; errors?: { path: string; message: string }[] },
  ) {
    const faults = (document.errors ?? []).map(({ path, message }) => `\n  ${path}: ${message}`);
    super(`${document.detail}${faults.join("")}`);
    this.code = document.code;
  }
}

export interface PipelineCaller {
  create(body: Record<string, unknown>): Promise<ImportView>;
  find(importId: string): Promise<ImportView>;
  /** The report as a page. */
  page(importId: string): Promise<string>;
}

type Fetch = (request: Request) => Response | Promise<Response>;

export function pipelineCaller(base: string, key: string, send: Fetch = fetch): PipelineCaller {
  const call = async (path: string, body?: unknown): Promise<Response> => {
    const answer = await send(
      new Request(`${base}${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { "x-api-key": key, "content-type": "application/json" },
        body: body === undefined ? null : JSON.stringify(body),
      }),
    );
    if (!answer.ok) throw new Refused(await answer.json());
    return answer;
  };
  return {
    create: async (body) => await (await call("/v1/imports", body)).json(),
    find: async (importId) => await (await call(`/v1/imports/${importId}`)).json(),
    page: async (importId) => await (await call(`/v1/imports/${importId}/report.html`)).text(),
  };
}
