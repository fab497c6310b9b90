/** Waiting for something that will be true, without guessing how long it takes. */

/** Repeats `fn` until it neither throws nor answers `false`; then returns its answer. */
export async function eventually<T>(
  fn: () => T | Promise<T>,
  options: { timeoutMs?: number; everyMs?: number } = {},
): Promise<Exclude<T, false>> {
  const { timeoutMs = 10_000, everyMs = 25 } = options;
  const end = performance.now() + timeoutMs;
  while (true) {
    let failure: unknown;
    try {
      const answer = await fn();
      if (answer !== false) return answer as Exclude<T, false>;
      failure = new Error(`Condition was still false after ${timeoutMs} ms`);
    } catch (error) {
      failure = error;
    }
    if (performance.now() > end) throw failure;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
