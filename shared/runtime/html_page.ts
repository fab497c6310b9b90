/** Reports as pages: complete in themselves, without script, readable in a light and a dark room. */

/** Text that a page may hold. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);

const style = `
:root{color-scheme:light dark;--line:#8884;--soft:#777}
body{font:15px/1.5 system-ui,sans-serif;max-width:860px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
td,th{text-align:right;padding:.25rem .5rem;border-bottom:1px solid var(--line)}
td:first-child,th:first-child{text-align:left}
figure{margin:1.2rem 0}figcaption{font-weight:600;margin-bottom:.3rem}
svg{width:100%;height:auto}svg text{font-size:11px;fill:currentColor}
thead{display:table-header-group}tr,figure{break-inside:avoid}
.soft{color:var(--soft)}.stop{border-left:4px solid #b4532a;padding-left:.8rem}
@media print{body{margin:0}@page{margin:1.5cm}}`;

/** A whole page around what is in its body. */
export const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>` +
  `<meta name="viewport" content="width=device-width, initial-scale=1">` +
  `<style>${style}</style></head><body>${body}</body></html>\n`;

/** Three decimals at most; nothing as a dash. */
export const number = (value: number | null): string =>
  value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: 3 });

/** Text at the left of each row, numbers after it. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
) {
  const cells = (tag: string, row: readonly (string | number | null)[]) =>
    `<tr>${
      row.map((cell) =>
        `<${tag}>${typeof cell === "string" ? escapeHtml(cell) : number(cell)}</${tag}>`
      ).join("")
    }</tr>`;
  return `<table><thead>${cells("th", head)}</thead><tbody>${
    rows.map((row) => cells("td", row)).join("")
  }</tbody></table>`;
}
