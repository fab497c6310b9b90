/** A service behind the edge: another process over HTTP, or an app in this one. */

export interface Upstream {
  readonly name: string;
  fetch(request: Request): Promise<Response>;
}

/** The request can be known never to have reached the upstream: even an order may be tried again. */
export class UpstreamUnreached extends Error {
  override readonly name = "UpstreamUnreached";
}

/** How Deno's fetch words a connection that was never made; anything later may have been read. */
const connectFailure = /\(Connect\)|dns error|Connection refused/;

/** @throws TypeError for a base URL that is none. */
export function httpUpstream(name: string, baseUrl: string): Upstream {
  const base = new URL(baseUrl);
  return {
    name,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const url = new URL(pathname + search, base);
      try {
        return await fetch(new Request(url, request), { redirect: "manual" });
      } catch (error) {
        if (error instanceof TypeError && connectFailure.test(String(error.message))) {
          throw new UpstreamUnreached(`Cannot connect to ${name}`, { cause: error });
        }
        throw error;
      }
    },
  };
}

/** An app in the same process, as the all-in-one profile has them. */
export const localUpstream = (
  name: string,
  app: { fetch(request: Request): Response | Promise<Response> },
): Upstream => ({ name, fetch: async (request) => await app.fetch(request) });
