/** Real market data for tests: beside the repository, or where `SPOTWIRE_TEST_DATA` says. */

/** Path of a file or folder of the test data, or `null` where it is missing. */
export function testData(relative: string): string | null {
  const root = Deno.env.get("SPOTWIRE_TEST_DATA") ??
    decodeURIComponent(new URL("../../../shared/data", import.meta.url).pathname);
  const path = `${root}/${relative}`;
  try {
    Deno.statSync(path);
    return path;
  } catch {
    return null;
  }
}

/** A test over real data: reported as skipped, by name, where the data is missing. */
export function dataTest(
  name: string,
  relative: string,
  fn: (path: string) => void | Promise<void>,
): void {
  const path = testData(relative);
  if (path === null && Deno.env.get("SPOTWIRE_TEST_REAL") === "1") {
    Deno.test(name, () => {
      throw new Error(`Cannot find the test data ${relative}; set SPOTWIRE_TEST_DATA`);
    });
    return;
  }
  Deno.test({ name, ignore: path === null, fn: () => fn(path!) });
}
