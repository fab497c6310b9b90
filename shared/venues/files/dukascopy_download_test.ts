/** Downloads from a scripted local server: what a vendor's server does on a bad day. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { compress } from "lzma1";
import { TradingHours } from "../../domain/fx_week.ts";
import { findInstrument } from "../../domain/instruments.ts";
import { seededRandom } from "../../domain/random.ts";
import { epochMs, parseRfc3339 } from "../../domain/time.ts";
import { systemTimer } from "../../runtime/time.ts";
import { detectSource } from "./detect_source.ts";
import {
  downloadDukascopy,
  type DownloadOptions,
  type DownloadProgress,
  type DukascopyDownload,
} from "./dukascopy_download.ts";

const at = (text: string) => parseRfc3339(text)!;

/** An hour of so many ticks, a second apart. */
function hourOf(count: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(20 * count));
  for (let row = 0; row < count; row++) {
    view.setUint32(20 * row, row * 1_000);
    view.setUint32(20 * row + 4, 110_010 + row);
    view.setUint32(20 * row + 8, 110_000 + row);
  }
  return new Uint8Array(compress(new Uint8Array(view.buffer)));
}

type Script = (path: string, attempt: number) => Response | Promise<Response>;

/** A folder and a server that answers by script; `asked` lists the paths in order. */
async function withServer(
  script: Script,
  use: (of: {
    folder: string;
    asked: string[];
    download: (
      wanted?: Partial<DukascopyDownload>,
      options?: Partial<DownloadOptions>,
    ) => Promise<DownloadProgress>;
  }) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const path = new URL(request.url).pathname;
    asked.push(path);
    return script(path, asked.filter((one) => one === path).length);
  });
  const folder = await Deno.makeTempDir();
  const download = (
    wanted: Partial<DukascopyDownload> = {},
    options: Partial<DownloadOptions> = {},
  ) =>
    downloadDukascopy({
      url: `http://127.0.0.1:${server.addr.port}`,
      folder,
      instrument: findInstrument("EURUSD")!,
      kind: "ticks",
      from: at("2020-03-04T00:00:00Z"),
      to: at("2020-03-04T04:00:00Z"),
      ...wanted,
    }, {
      timer: systemTimer,
      random: seededRandom("download"),
      hours: new TradingHours(),
      signal: new AbortController().signal,
      pauseMs: 0,
      retryDelayMs: 1,
      ...options,
    });
  try {
    await use({ folder, asked, download });
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

const ok = (body: Uint8Array<ArrayBuffer>) => new Response(body);

/** A body that breaks off in the middle. */
function cutOff(): Response {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(hourOf(100).slice(0, 40)),
    pull: (controller) => controller.error(new Error("cut")),
  });
  return new Response(body, { headers: { "content-length": "5000" } });
}

async function countTicks(folder: string): Promise<number> {
  let count = 0;
  for (const file of (await detectSource(folder)).files) {
    if (file.kind !== "ticks") continue;
    for await (const { ticks } of file.read()) count += ticks.length;
  }
  return count;
}

Deno.test("a download fetches every hour into the folders the readers know", async () => {
  await withServer(() => ok(hourOf(10)), async ({ folder, asked, download }) => {
    const seen: number[] = [];
    const result = await download({}, { onProgress: (progress) => seen.push(progress.done) });
    assertEquals([result.files, result.fetched, result.kept, result.empty], [4, 4, 0, 0]);
    assertEquals(seen, [1, 2, 3, 4]);
    assertEquals(asked.toSorted()[0], "/EURUSD/2020/02/04/00h_ticks.bi5");
    assertEquals(await countTicks(folder), 40);
  });
});

Deno.test("404 is an hour without ticks, remembered once it is old enough to be final", async () => {
  const script: Script = (path) =>
    path.includes("/02h") ? new Response(null, { status: 404 }) : ok(hourOf(10));
  await withServer(script, async ({ folder, asked, download }) => {
    assertEquals((await download()).empty, 1);
    assertEquals(await countTicks(folder), 30);
    assertEquals((await download()).kept, 4);
    assertEquals(asked.length, 4);
  });
  const now = at("2020-03-04T05:00:00Z");
  const timer = { now: () => now, sleepUntil: () => Promise.resolve() };
  await withServer(script, async ({ asked, download }) => {
    await download({}, { timer });
    await download({}, { timer });
    assertEquals(asked.filter((path) => path.includes("/02h")).length, 2);
    assertEquals(asked.length, 5);
  });
});

Deno.test("503, 429, cut connections and half files are tried again", async () => {
  const script: Script = (path, attempt) => {
    if (attempt > 1) return ok(hourOf(10));
    if (path.includes("/00h")) return new Response("busy", { status: 503 });
    if (path.includes("/01h")) {
      return new Response("slow down", { status: 429, headers: { "retry-after": "0.001" } });
    }
    return path.includes("/02h") ? cutOff() : ok(hourOf(100).slice(0, 60));
  };
  await withServer(script, async ({ folder, asked, download }) => {
    assertEquals((await download()).fetched, 4);
    assertEquals(asked.length, 8);
    assertEquals(await countTicks(folder), 40);
  });
});

Deno.test("a refusal ends the download and what was fetched stays; the next one goes on", async () => {
  let isRefusing = true;
  const script: Script = (path) =>
    isRefusing && path.includes("/02h") ? new Response("no", { status: 403 }) : ok(hourOf(10));
  await withServer(script, async ({ folder, asked, download }) => {
    await assertRejects(() => download({}, { concurrentMax: 1 }), Error, "answers 403");
    assertEquals(await countTicks(folder), 20);
    isRefusing = false;
    const result = await download();
    assertEquals([result.kept, result.fetched], [2, 2]);
    assertEquals(asked.length, 5);
  });
});

Deno.test("a stop ends the download in the middle, leaves whole files, and the next one goes on", async () => {
  const stop = new AbortController();
  const script: Script = (path) => {
    if (path.includes("/03h")) stop.abort(new Error("stopped"));
    return ok(hourOf(10));
  };
  await withServer(script, async ({ folder, download }) => {
    const options = { signal: stop.signal, concurrentMax: 1 };
    await assertRejects(
      () => download({ to: at("2020-03-04T20:00:00Z") }, options),
      Error,
      "stopped",
    );
    assertEquals(await countTicks(folder), 30);
    const result = await download({ to: at("2020-03-04T20:00:00Z") });
    assertEquals([result.kept, result.fetched], [3, 17]);
    assertEquals(await countTicks(folder), 200);
  });
});

Deno.test("closed hours are not asked for, and a week's end is its last open hour", async () => {
  await withServer(() => ok(hourOf(1)), async ({ asked, download }) => {
    const range = { from: at("2020-03-06T20:00:00Z"), to: at("2020-03-08T23:00:00Z") };
    await download(range);
    const hours = asked.map((path) => path.slice(-17, -10)).toSorted();
    // New York moved to summer time that Sunday: 17:00 is 22:00 UTC on Friday, 21:00 on Sunday.
    assertEquals(hours, ["/06/20h", "/06/21h", "/08/21h", "/08/22h"]);
  });
});

Deno.test("requests begin a pause apart, however many are under way", async () => {
  const starts: number[] = [];
  let now = Date.UTC(2021, 0, 1);
  const timer = {
    now: () => epochMs(now),
    sleepUntil: (until: number) => {
      starts.push(until);
      now = Math.max(now, until);
      return Promise.resolve();
    },
  };
  await withServer(() => ok(hourOf(1)), async ({ download }) => {
    await download({}, { timer, pauseMs: 500, concurrentMax: 3 });
    const steps = starts.slice(1).map((start, index) => start - starts[index]!);
    assert(steps.every((step) => step === 500), steps.join());
  });
});
