/** What went wrong, in words for the person: the platform's own where it gave some. */

import { SpotwireProblem } from "../../../../../shared/sdk/mod.ts";

export function wordsOf(error: unknown): string {
  if (error instanceof SpotwireProblem) return error.detail;
  return error instanceof Error ? error.message : String(error);
}
