/** A checksum of rows in any order: two stores hand the same rows out in orders of their own. */

import { createHash } from "node:crypto";

const modulus = 1n << 256n;

/** The sum of the SHA-256 of each row's text, as numbers, modulo 2^256; and how many there are. */
export class RowsDigest {
  #sum = 0n;
  #rows = 0;

  add(row: string): void {
    this.#sum = (this.#sum + BigInt(`0x${createHash("sha256").update(row).digest("hex")}`)) %
      modulus;
    this.#rows++;
  }

  get rows(): number {
    return this.#rows;
  }

  hex(): string {
    return this.#sum.toString(16).padStart(64, "0");
  }
}
