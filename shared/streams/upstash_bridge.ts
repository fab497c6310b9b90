/**
 * Upstash's REST protocol in front of one's own Redis, so the edge's adapter runs self-hosted too:
 * `POST /` with one command, `POST /pipeline` and `POST /multi-exec` with several, and
 * `/psubscribe/wake:*` for wake-ups as server-sent events.
 */

import type { Redis } from "ioredis";
import { createHash, timingSafeEqual } from "node:crypto";
import { BridgeWakes, wakeClientsMax } from "./bridge_wakes.ts";
import { answerMsMax, within } from "./redis_link.ts";
import { connectRedis, toBatch } from "./redis_streams.ts";
import { wakePattern } from "./wake_channel.ts";

const bodyBytesMaxDefault = 4 * 1024 * 1024;
const commandsMax = 1_000;

/** What streams need; a token does not open the rest of the server. */
const allowed = new Set(
  ["PING", "XADD", "XACK", "XAUTOCLAIM", "XCLAIM", "XDEL", "XGROUP", "XINFO", "XLEN", "XPENDING"]
    .concat(["PUBLISH", "XRANGE", "XREAD", "XREADGROUP", "XREVRANGE", "XTRIM"]),
);

export interface BridgeOptions {
  /** `redis://…` of the server behind the bridge. */
  readonly redisUrl: string;
  /** What clients send as `Authorization: Bearer …`. */
  readonly token: string;
  /** Bytes of a request's body at most. @default 4 MiB */
  readonly bodyBytesMax?: number | undefined;
}

export interface Bridge {
  fetch(request: Request): Promise<Response>;
  close(): void;
}

export function createUpstashBridge(options: BridgeOptions): Bridge {
  const redis = connectRedis(options.redisUrl, { maxRetriesPerRequest: 1 });
  const wakes = new BridgeWakes(options.redisUrl);
  const expected = digest(options.token);
  const bodyBytesMax = options.bodyBytesMax ?? bodyBytesMaxDefault;
  return {
    async fetch(request) {
      const { pathname } = new URL(request.url);
      try {
        if (pathname === "/healthz") return await health(redis);
        if (!holdsToken(request, expected)) throw new Refusal(401, "Unauthorized");
        if (pathname.startsWith(subscribePath)) return await subscribe(redis, wakes, pathname);
        const body = await readJson(request, bodyBytesMax);
        const encode = encoderOf(request);
        return Response.json(await answer(redis, pathname, body).then(encode));
      } catch (error) {
        await request.body?.cancel().catch(() => {});
        return refuse(error);
      }
    },
    close() {
      wakes.close();
      redis.disconnect();
    },
  };
}

/** An answer other than 200, with the text clients get. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Command = readonly [string, ...string[]];
type Answer = { readonly result: unknown } | { readonly error: string };

async function answer(redis: Redis, pathname: string, body: unknown): Promise<Answer | Answer[]> {
  if (pathname === "/") return await one(redis, readCommand(body));
  if (!Array.isArray(body) || body.length === 0 || body.length > commandsMax) {
    throw new Refusal(400, `ERR expected an array of 1 to ${commandsMax} commands`);
  }
  const commands = body.map(readCommand);
  if (pathname === "/pipeline") return await Promise.all(commands.map((it) => settle(redis, it)));
  if (pathname === "/multi-exec") return await transaction(redis, commands);
  throw new Refusal(404, "ERR no such path");
}

const subscribePath = "/psubscribe/";

/** Wake-ups and nothing else; a Redis that is away is said at once, so that clients try again. */
async function subscribe(redis: Redis, wakes: BridgeWakes, pathname: string): Promise<Response> {
  if (decodeURIComponent(pathname.slice(subscribePath.length)) !== wakePattern) {
    throw new Refusal(400, `ERR only ${wakePattern} can be subscribed to`);
  }
  await settle(redis, ["PING"]);
  const answer = wakes.open();
  if (answer !== null) return answer;
  throw new Refusal(503, `ERR there are ${wakeClientsMax} subscriptions already`);
}

async function one(redis: Redis, command: Command): Promise<Answer> {
  const reply = await settle(redis, command);
  if ("error" in reply) throw new Refusal(400, reply.error);
  return reply;
}

/** ioredis writes the commands of one turn together and in order, so this is a pipeline. */
async function settle(redis: Redis, [name, ...args]: Command): Promise<Answer> {
  try {
    return { result: await within(answerMsMax, redis.callBuffer(name, ...args)) };
  } catch (error) {
    return { error: serverError(error) };
  }
}

async function transaction(redis: Redis, commands: readonly Command[]): Promise<Answer[]> {
  try {
    const batch = redis.multi(toBatch(commands));
    const replies = await within(answerMsMax, batch.exec());
    return (replies ?? []).map(([error, result]) =>
      error === null ? { result } : { error: serverError(error) }
    );
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(400, serverError(error));
  }
}

/** The server's own words for its refusals; anything else means it cannot be reached. */
function serverError(error: unknown): string {
  if (error instanceof Error && error.name === "ReplyError") return error.message;
  throw new Refusal(503, "Cannot reach Redis");
}

function readCommand(value: unknown): Command {
  const valid = Array.isArray(value) && value.length > 0 &&
    value.every((part) => typeof part === "string" || typeof part === "number");
  if (!valid) throw new Refusal(400, "ERR a command is an array of text and numbers");
  const command = value.map(String) as [string, ...string[]];
  const name = command[0].toUpperCase();
  if (!allowed.has(name)) throw new Refusal(400, `ERR command is not available: '${name}'`);
  const waits = (name === "XREAD" || name === "XREADGROUP") &&
    command.slice(1, command.findIndex((part) => part.toUpperCase() === "STREAMS"))
      .some((part) => part.toUpperCase() === "BLOCK");
  if (waits) throw new Refusal(400, "ERR BLOCK is not available over REST");
  return command;
}

async function readJson(request: Request, bytesMax: number): Promise<unknown> {
  if (request.method !== "POST") throw new Refusal(405, "ERR send the command with POST");
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > bytesMax) throw new Refusal(413, `ERR max request size exceeded: ${bytesMax}`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder().decode(await new Blob(chunks as BlobPart[]).bytes()));
  } catch {
    throw new Refusal(400, "ERR failed to parse the command");
  }
}

type Encode = (answer: Answer | Answer[]) => unknown;

/** Bytes as base64 where the client asks for it, as text otherwise. Error texts stay as they are. */
function encoderOf(request: Request): Encode {
  const base64 = request.headers.get("upstash-encoding") === "base64";
  const encode = (value: unknown): unknown => {
    if (value instanceof Uint8Array) {
      return base64 ? value.toBase64() : new TextDecoder().decode(value);
    }
    if (typeof value === "string") return base64 ? btoa(value) : value;
    return Array.isArray(value) ? value.map(encode) : value;
  };
  const wrap = (reply: Answer) => "error" in reply ? reply : { result: encode(reply.result) };
  return (answer) => Array.isArray(answer) ? answer.map(wrap) : wrap(answer);
}

function refuse(error: unknown): Response {
  if (error instanceof Refusal) {
    return Response.json({ error: error.message }, { status: error.status });
  }
  return Response.json({ error: "ERR internal error" }, { status: 500 });
}

async function health(redis: Redis): Promise<Response> {
  const reply = await settle(redis, ["PING"]);
  return Response.json({ status: "ok" }, { status: "error" in reply ? 503 : 200 });
}

const digest = (text: string): Uint8Array => createHash("sha256").update(text).digest();

function holdsToken(request: Request, expected: Uint8Array): boolean {
  const given = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  return timingSafeEqual(digest(given), expected);
}
