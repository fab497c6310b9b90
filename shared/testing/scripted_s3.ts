/**
 * A bucket on this machine: the few requests of the S3 API that the depot makes, each refused unless
 * its Signature Version 4 is right, which is worked out here from Amazon's description.
 */

import { createHash, createHmac } from "node:crypto";

export const s3Credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG",
};
const region = "eu-test-1";

export interface ScriptedS3 extends AsyncDisposable {
  /** `s3://…` of the bucket, with its endpoint. */
  readonly url: string;
  readonly objects: Map<string, Uint8Array>;
  /** Answers of this status come first, one each. */
  readonly failures: number[];
}

export function startScriptedS3(): ScriptedS3 {
  const objects = new Map<string, Uint8Array>();
  const failures: number[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const body = await request.bytes();
      if (!isSigned(request, body)) return new Response("SignatureDoesNotMatch", { status: 403 });
      const failure = failures.shift();
      if (failure !== undefined) return new Response("SlowDown", { status: failure });
      return answer(objects, request, body);
    },
  );
  const endpoint = encodeURIComponent(`http://127.0.0.1:${server.addr.port}`);
  return {
    url: `s3://bucket/kept?endpoint=${endpoint}&region=${region}`,
    objects,
    failures,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function answer(objects: Map<string, Uint8Array>, request: Request, body: Uint8Array): Response {
  const { pathname } = new URL(request.url);
  if (request.method === "PUT") {
    objects.set(pathname, body);
    return new Response();
  }
  const found = objects.get(pathname);
  if (request.method === "DELETE") {
    objects.delete(pathname);
    return new Response(null, { status: 204 });
  }
  if (found === undefined) return new Response("NoSuchKey", { status: 404 });
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "") ?? [];
  if (Number(from) >= found.length) return new Response("InvalidRange", { status: 416 });
  return new Response(found.slice(Number(from), Number(to) + 1), { status: 206 });
}

function isSigned(request: Request, body: Uint8Array): boolean {
  const match = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/
    .exec(request.headers.get("authorization") ?? "");
  const stamp = request.headers.get("x-amz-date");
  const stated = request.headers.get("x-amz-content-sha256");
  if (match === null || stamp === null) return false;
  if (stated !== "UNSIGNED-PAYLOAD" && stated !== sha256(body)) return false;
  const [, credential, names, signature] = match;
  const scope = `${stamp.slice(0, 8)}/${region}/s3/aws4_request`;
  if (credential !== `${s3Credentials.accessKeyId}/${scope}`) return false;
  const url = new URL(request.url);
  const headers = names!.split(";").map((name) =>
    `${name}:${(name === "host" ? url.host : request.headers.get(name))?.trim()}\n`
  );
  const canonical = [
    request.method,
    url.pathname,
    url.search.slice(1),
    headers.join(""),
    names,
    stated,
  ].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", stamp, scope, sha256(canonical)].join("\n");
  let key: string | Uint8Array = `AWS4${s3Credentials.secretAccessKey}`;
  for (const part of scope.split("/")) key = createHmac("sha256", key).update(part).digest();
  return createHmac("sha256", key).update(toSign).digest("hex") === signature;
}

const sha256 = (data: string | Uint8Array): string =>
  createHash("sha256").update(data).digest("hex");
