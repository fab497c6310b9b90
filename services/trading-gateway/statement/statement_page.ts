/** A statement as a page to print: no script, no picture, nothing to fetch. */

import { movementKinds } from "../../../shared/domain/statement.ts";
import type { StatementView } from "./statement_view.ts";

const style = `
  body { font: 13px/1.45 system-ui, sans-serif; color: #1c2430; margin: 2rem auto; max-width: 60rem }
  h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1rem; margin: 1.6rem 0 .4rem }
  table { border-collapse: collapse; width: 100% }
  th, td { text-align: left; padding: .2rem .5rem; border-bottom: 1px solid #d8dee6 }
  th { font-weight: 600; border-bottom-color: #1c2430 }
  .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
  thead { display: table-header-group } tr { break-inside: avoid }
  tfoot td { font-weight: 600; border-top: 1px solid #1c2430; border-bottom: 0 }
  @media print { body { margin: 0 } @page { margin: 1.5cm } }
`;

const kindNames: Readonly<Record<(typeof movementKinds)[number], string>> = {
  deposit: "Deposits",
  withdrawal: "Withdrawals",
  transfer_in: "Transfers in",
  transfer_out: "Transfers out",
  realised_profit: "Realised profit",
  commission: "Commission",
  premium: "Premiums of guaranteed stops",
  financing: "Financing",
  adjustment: "Adjustments",
};

export function statementPage(view: StatementView): string {
  const { accountId, currency, from, to } = view;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<title>Statement of ${escaped(accountId)}</title><style>${style}</style></head><body>` +
    `<h1>Statement of account ${escaped(accountId)}</h1>` +
    `<p>${moment(from)} to ${moment(to)}, in ${currency}. Times are UTC.</p>` +
    `<h2>Balance</h2>${balanceTable(view)}` +
    `<h2>Instruments</h2>${instrumentTable(view)}` +
    `<h2>Open positions at the end</h2>${positionTable(view)}` +
    `<h2>Movements</h2>${movementTable(view)}</body></html>\n`;
}

function balanceTable({ totals, openingBalance, closingBalance }: StatementView): string {
  const moved = movementKinds.filter((kind) => Number(totals[kind]) !== 0);
  return table({
    head: ["", "#Amount"],
    rows: [
      ["Opening balance", openingBalance],
      ...moved.map((kind) => [kindNames[kind], totals[kind]]),
    ],
    foot: ["Closing balance", closingBalance],
  });
}

const instrumentTable = ({ instruments }: StatementView): string =>
  table({
    head: [
      "Symbol",
      "#Fills",
      "#Bought",
      "#Sold",
      "#Realised",
      "#Commission",
      "#Premium",
      "#Financing",
    ],
    rows: instruments.map((one) => [
      one.symbol,
      String(one.fills),
      one.unitsBought,
      one.unitsSold,
      one.realised,
      one.commission,
      one.premium,
      one.financing,
    ]),
  });

const positionTable = ({ positions }: StatementView): string =>
  table({
    head: ["Symbol", "Leg", "#Units", "#Average price", "#Cost", "Currency"],
    rows: positions.map((one) => [
      one.symbol,
      one.leg,
      one.units,
      one.averagePrice ?? "",
      one.openCost,
      one.quoteCurrency,
    ]),
  });

const movementTable = ({ movements, closingBalance }: StatementView): string =>
  table({
    head: ["Time", "#No.", "Kind", "Symbol", "Reference", "#Amount", "#Balance"],
    rows: movements.map((one) => [
      moment(one.time),
      String(one.transactionId),
      one.kind.replaceAll("_", " "),
      one.symbol ?? "",
      one.reference ?? "",
      one.amount,
      one.balance,
    ]),
    foot: ["Closing balance", "", "", "", "", "", closingBalance],
  });

/** A column whose head begins with `#` holds numbers. */
function table(of: {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly foot?: readonly string[];
}): string {
  if (of.rows.length === 0) return "<p>None.</p>";
  const numeric = of.head.map((name) => name.startsWith("#"));
  const row = (cells: readonly string[], tag: "th" | "td") =>
    "<tr>" + cells.map((cell, at) =>
      `<${tag}${numeric[at] ? ' class="n"' : ""}>${escaped(cell)}</${tag}>`
    ).join("") + "</tr>";
  const head = row(of.head.map((name) => name.replace(/^#/, "")), "th");
  const rows = of.rows.map((cells) => row(cells, "td")).join("");
  const foot = of.foot === undefined ? "" : `<tfoot>${row(of.foot, "td")}</tfoot>`;
  return `<table><thead>${head}</thead><tbody>${rows}</tbody>${foot}</table>`;
}

/** `2026-03-04 22:00:00`. */
const moment = (time: string): string => time.slice(0, 19).replace("T", " ");

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
