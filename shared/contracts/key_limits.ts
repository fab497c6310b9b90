/** How much one key or token may reach, and how large a token is: the one follows from the other. */

import { accountIdLengthMax } from "../domain/ids.ts";

/** Characters of a token; 8 KiB is what proxies commonly take of a header. */
export const tokenLengthMax = 8_192;

/** Characters of a token (RFC 7519) that are not its claims: header, signature and the dots. */
const tokenFrameMax = 96;
/** Bytes of its claims, as JSON, besides the accounts. */
const otherClaimsMax = 512;

/**
 * Accounts one key or token may name, and one socket may follow: as many of the longest ids as fit a
 * token, each with its quotes and comma, in base64.
 */
export const accountsMax = Math.floor(
  ((tokenLengthMax - tokenFrameMax) * 3 / 4 - otherClaimsMax) / (accountIdLengthMax + 3),
);
