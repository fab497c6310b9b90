/** The names of `@std/assert` that the tests use, over `node:assert`. */

import assertModule from "node:assert/strict";

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error = Error> = abstract new (...args: any[]) => E;

export function assert(condition: unknown, message?: string): asserts condition {
  assertModule.ok(condition, message!);
}

export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  assertModule.deepStrictEqual(actual, expected, message!);
}

export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  assertModule.notDeepStrictEqual(actual, expected, message!);
}

export function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): void {
  assertModule.strictEqual(actual, expected, message!);
}

export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T> {
  assertModule.ok(actual !== null && actual !== undefined, message ?? "Expected a value");
}

export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  assertModule.match(actual, expected, message!);
}

export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  assertModule.ok(
    actual.includes(expected),
    message ?? `Expected "${actual}" to contain "${expected}"`,
  );
}

export function assertAlmostEquals(actual: number, expected: number, tolerance = 1e-7): void {
  assertModule.ok(
    Math.abs(actual - expected) <= tolerance,
    `Expected ${actual} to be within ${tolerance} of ${expected}`,
  );
}

/** Runs `fn`, expects it to throw an `ErrorClass` whose message contains `includes`. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass?: ErrorClass<E>,
  includes?: string,
): E {
  try {
    fn();
  } catch (error) {
    return expectError(error, errorClass, includes);
  }
  throw new assertModule.AssertionError({ message: "Expected the function to throw" });
}

/** As {@link assertThrows}, for a promise. */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass?: ErrorClass<E>,
  includes?: string,
): Promise<E> {
  try {
    await fn();
  } catch (error) {
    return expectError(error, errorClass, includes);
  }
  throw new assertModule.AssertionError({ message: "Expected the promise to reject" });
}

export function fail(message: string): never {
  throw new assertModule.AssertionError({ message });
}

function expectError<E extends Error>(
  error: unknown,
  errorClass: ErrorClass<E> | undefined,
  includes: string | undefined,
): E {
  assertModule.ok(error instanceof (errorClass ?? Error), `Expected ${errorClass?.name}: ${error}`);
  if (includes !== undefined) assertStringIncludes(error.message, includes);
  return error as E;
}
