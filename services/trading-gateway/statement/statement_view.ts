/** A statement as JSON and as CSV (RFC 4180). */

import type { z } from "@hono/zod-openapi";
import type { statementView } from "../../../shared/contracts/http/statement.ts";
import { formatMicros } from "../../../shared/domain/money.ts";
import { legOf } from "../../../shared/domain/position.ts";
import { QuoteBook } from "../../../shared/domain/quote.ts";
import { movementKinds, type Statement } from "../../../shared/domain/statement.ts";
import { toRfc3339 } from "../../../shared/domain/time.ts";
import { toPositionView } from "../accounts/account_view.ts";

export type StatementView = z.infer<typeof statementView>;

const noQuotes = new QuoteBook();

export function toStatementView(statement: Statement): StatementView {
  const totals = Object.fromEntries(
    movementKinds.map((kind) => [kind, formatMicros(statement.totals[kind])]),
  );
  return {
    accountId: statement.accountId,
    currency: statement.currency,
    from: toRfc3339(statement.from),
    to: toRfc3339(statement.to),
    openingBalance: formatMicros(statement.opening),
    closingBalance: formatMicros(statement.closing),
    totals: totals as StatementView["totals"],
    instruments: statement.instruments.map((one) => ({
      symbol: one.symbol,
      fills: one.fills,
      unitsBought: String(one.unitsBought),
      unitsSold: String(one.unitsSold),
      realised: formatMicros(one.realised),
      commission: formatMicros(one.commission),
      premium: formatMicros(one.premium),
      financing: formatMicros(one.financing),
    })),
    movements: statement.movements.map((one) => ({
      time: toRfc3339(one.time),
      transactionId: one.transactionId,
      kind: one.kind,
      symbol: one.symbol,
      amount: formatMicros(one.amount),
      balance: formatMicros(one.balance),
      reference: one.reference,
    })),
    positions: statement.positions.map((held) => {
      const leg = legOf(statement.positionMode, held.units);
      const { unrealised: _, ...view } = toPositionView(held, leg, noQuotes);
      return view;
    }),
  };
}

const columns = ["time", "transactionId", "kind", "symbol", "amount", "balance", "reference"];

/** The movements between a first row with the opening balance and a last one with the closing. */
export function toStatementCsv(view: StatementView): string {
  const rows = [
    columns,
    [view.from, "", "opening_balance", "", "", view.openingBalance, view.currency],
    ...view.movements.map((one) => [
      one.time,
      String(one.transactionId),
      one.kind,
      one.symbol ?? "",
      one.amount,
      one.balance,
      one.reference ?? "",
    ]),
    [view.to, "", "closing_balance", "", "", view.closingBalance, view.currency],
  ];
  return rows.map((row) => row.map(field).join(",") + "\r\n").join("");
}

const field = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
