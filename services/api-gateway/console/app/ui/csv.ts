/** Tables as CSV (RFC 4180) for a spreadsheet. */

const risky = /^[=+\-@\t\r]/;
const number = /^-?[\d.]+$/;

/** A text that a spreadsheet would run as a formula is kept one by an apostrophe. */
function cell(text: string): string {
  const safe = risky.test(text) && !number.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const toCsv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
