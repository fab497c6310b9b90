/**
 * The console under a wall of prices in a real browser, beside a plain table on the same feed: frames
 * dropped, main-thread time, memory; and how soon a first visit shows a price.
 */

import type { Browser, CDPSession, Page } from "playwright-core";
import { launchChromium } from "../../shared/testing/browser.ts";
import { buildConsole } from "../console/build.ts";
import { untilIdle } from "./idle.ts";
import type { BenchResult } from "./result.ts";

const seconds = 60;
/** The peer's figures are of a second too, and settle sooner. */
const peerSeconds = 20;
const warmMs = 3_000;

/** Counts frames by the time between them; a frame that came twice as late dropped one. */
const countFrames = `(ms) => new Promise((resolve) => {
  const frameMs = 1000 / 60;
  let drawn = 0, dropped = 0, last = 0, begun = 0;
  const frame = (at) => {
    if (begun === 0) begun = at;
    else { drawn += 1; dropped += Math.max(0, Math.round((at - last) / frameMs) - 1); }
    last = at;
    if (at - begun < ms) requestAnimationFrame(frame);
    else resolve({ drawn, dropped });
  };
  requestAnimationFrame(frame);
})`;

/** When the first digit of a live price stood in the page. */
const noteFirstPrice = `new MutationObserver((_, observer) => {
  if (!/\\d/.test(document.querySelector(".bid .px-pips")?.textContent ?? "")) return;
  globalThis.firstPriceMs = performance.now();
  observer.disconnect();
}).observe(document, { subtree: true, childList: true, characterData: true });`;

interface Load {
  readonly droppedPercent: number;
  readonly mainMsPerSecond: number;
  readonly heapMbPerMinute: number;
}

export async function benchConsole(): Promise<BenchResult> {
  await buildConsole();
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "deploy/bench/console_server.ts"],
    stdout: "piped",
  }).spawn();
  const reader = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = Number((await reader.read()).value);
  const url = `http://127.0.0.1:${port}`;
  const browser = await launchChromium();
  try {
    await untilIdle();
    const first = await firstVisit(browser, url);
    const ours = await load(first.page, seconds);
    await first.page.close();
    const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
    await page.goto(`${url}/plain`);
    const peer = await load(page, peerSeconds);
    return {
      bench: "console",
      ratios: { main_thread: peer.mainMsPerSecond / ours.mainMsPerSecond },
      figures: {
        frames_dropped_percent: ours.droppedPercent,
        main_thread_ms_per_second: ours.mainMsPerSecond,
        heap_mb_per_minute: ours.heapMbPerMinute,
        first_paint_ms: first.paintMs,
        first_price_ms: first.priceMs,
        plain_frames_dropped_percent: peer.droppedPercent,
        plain_main_thread_ms_per_second: peer.mainMsPerSecond,
        plain_heap_mb_per_minute: peer.heapMbPerMinute,
      },
    };
  } finally {
    await browser.close();
    server.kill();
    await server.status;
  }
}

/** A cold load: nothing cached, nothing remembered. */
async function firstVisit(browser: Browser, url: string) {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
  await page.addInitScript(noteFirstPrice);
  await page.goto(`${url}/?symbol=XAAUSD`);
  await page.waitForFunction("globalThis.firstPriceMs > 0");
  const priceMs = Number(await page.evaluate("globalThis.firstPriceMs"));
  const paintMs = Number(
    await page.evaluate(
      'performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN',
    ),
  );
  return { page, priceMs, paintMs };
}

async function load(page: Page, seconds: number): Promise<Load> {
  const session = await page.context().newCDPSession(page);
  await page.waitForTimeout(warmMs);
  // The thread's own time: what others on the machine take from it is not the page's work.
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const before = await measure(session);
  const { drawn, dropped } = await page.evaluate(`(${countFrames})(${seconds * 1_000})`) as {
    drawn: number;
    dropped: number;
  };
  const after = await measure(session);
  const span = after.at - before.at;
  return {
    droppedPercent: dropped / (drawn + dropped) * 100,
    mainMsPerSecond: (after.busy - before.busy) / span * 1_000,
    heapMbPerMinute: (after.heap - before.heap) / 1e6 / (span / 60),
  };
}

/** Seconds of time and of main-thread work; bytes that live after a collection. */
async function measure(session: CDPSession) {
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (name: string) => metrics.find((one) => one.name === name)?.value ?? NaN;
  return { at: performance.now() / 1_000, busy: of("TaskDuration"), heap: of("JSHeapUsedSize") };
}
