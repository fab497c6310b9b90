/** A real Chromium that does nothing but what a test asks of it. */

import { type Browser, chromium, type Page } from "playwright-core";
import { findBinary } from "./real.ts";

const quiet = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update"],
];

/** For tests that `realTest` lets run. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: findBinary("chromium")!, args: quiet });

/** Fills up with requests to anyone else, and with everything the page complains of. */
export function watchPage(page: Page, url: string): string[] {
  const troubles: string[] = [];
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(url)) {
      troubles.push(`asks ${request.url()}`);
    }
  });
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(error.message));
  return troubles;
}
