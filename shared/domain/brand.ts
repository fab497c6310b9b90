/** Nominal types: a `Price` and a `Units` are both integers and must never be swapped. */

declare const brand: unique symbol;

/** `T` that only the named constructor functions produce. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
