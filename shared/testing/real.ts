/** Tests that need a real server: mandatory where `SPOTWIRE_TEST_REAL=1`, else skipped visibly. */

export type Need = "postgres" | "redis" | "chromium";

const candidates: Record<Need, readonly string[]> = {
  postgres: [
    ...[18, 17, 16, 15, 14].map((version) => `/usr/lib/postgresql/${version}/bin/postgres`),
    "postgres",
  ],
  redis: ["redis-server"],
  chromium: ["/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"],
};

/** Full path of the program, or `null` when it is not installed. */
export function findBinary(need: Need): string | null {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  for (const candidate of candidates[need]) {
    const paths = candidate.startsWith("/")
      ? [candidate]
      : folders.map((folder) => `${folder}/${candidate}`);
    const found = paths.find(isFile);
    if (found !== undefined) return found;
  }
  return null;
}

/** Registers a test that runs where everything it needs is installed. */
export function realTest(
  name: string,
  needs: readonly Need[],
  fn: (t: Deno.TestContext) => void | Promise<void>,
): void {
  const missing = needs.filter((need) => findBinary(need) === null);
  if (missing.length > 0 && Deno.env.get("SPOTWIRE_TEST_REAL") === "1") {
    Deno.test(name, () => {
      throw new Error(`Cannot run: ${missing.join(", ")} is not installed`);
    });
    return;
  }
  Deno.test({ name, ignore: missing.length > 0, fn });
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
