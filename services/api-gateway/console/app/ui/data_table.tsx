/** A table one can sort, filter and take away as CSV. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { saveFile } from "./save_file.ts";
import { toCsv } from "./csv.ts";

export interface Column<Row> {
  readonly name: string;
  /** For sorting, filtering and CSV: exact text. */
  text(row: Row): string;
  /** What is shown; the text when left out. */
  show?(row: Row): ComponentChildren;
  /** Right-aligned, and sorted by value. */
  readonly numeric?: boolean | undefined;
}

export interface DataTableProps<Row> {
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  keyOf(row: Row): string;
  /** What to do when there is nothing. */
  readonly empty: ComponentChildren;
  /** Beside the filter. */
  readonly actions?: ComponentChildren;
  /** A press on a row; by keyboard through its first cell, which is then a button. */
  onRow?(row: Row): void;
}

/** Rows drawn at most; the rest is found by filtering. */
const rowsMax = 300;

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { name, columns, rows, keyOf, empty, actions, onRow } = props;
  const filter = useSignal("");
  const order = useSignal<{ column: string; down: boolean } | null>(null);
  if (rows.length === 0) return <div class="empty">{empty}{actions}</div>;
  const found = sorted(filtered(rows, columns, filter.value), columns, order.value);
  const csv = () =>
    saveFile(
      `${name}.csv`,
      toCsv([
        columns.filter((one) => one.name !== "").map((one) => one.name),
        ...found.map((row) => columns.filter((one) => one.name !== "").map((one) => one.text(row))),
      ]),
      "text/csv",
    );
  return (
    <div class="data">
      <div class="data-bar">
        <input
          type="search"
          placeholder={`Filter ${rows.length}`}
          aria-label={`Filter ${name}`}
          value={filter}
          onInput={(event) => (filter.value = event.currentTarget.value)}
        />
        {actions}
        <button type="button" onClick={csv}>CSV</button>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label={name}>
        <table class="rows">
          <thead>
            <tr>
              {columns.map((column) => <Heading key={column.name} column={column} order={order} />)}
            </tr>
          </thead>
          <tbody>
            {found.slice(0, rowsMax).map((row) => (
              <tr
                key={keyOf(row)}
                data-key={keyOf(row)}
                {...(onRow === undefined ? {} : { onClick: () => onRow(row) })}
              >
                {columns.map((column, at) => (
                  <Cell
                    key={column.name}
                    {...{ column, row }}
                    isFirst={at === 0}
                    open={at === 0 ? onRow : undefined}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {found.length > rowsMax && (
          <p class="rows-left">
            The first {rowsMax} of {found.length}; filter to find others, or take the CSV.
          </p>
        )}
      </div>
    </div>
  );
}

interface Order {
  value: { column: string; down: boolean } | null;
}

function Heading<Row>({ column, order }: { column: Column<Row>; order: Order }) {
  const { name, numeric } = column;
  if (name === "") {
    return (
      <th scope="col">
        <span class="unseen">Actions</span>
      </th>
    );
  }
  const held = order.value?.column === name ? order.value : null;
  const sort = held === null ? "none" : held.down ? "descending" : "ascending";
  const turn = () => {
    order.value = held === null
      ? { column: name, down: numeric === true }
      : { column: name, down: !held.down };
  };
  return (
    <th scope="col" class={numeric ? "num" : ""} aria-sort={sort}>
      <button type="button" class="plain" onClick={turn}>{name}</button>
    </th>
  );
}

interface CellProps<Row> {
  readonly column: Column<Row>;
  readonly row: Row;
  readonly isFirst: boolean;
  readonly open: ((row: Row) => void) | undefined;
}

/** The first cell names its row. */
function Cell<Row>({ column, row, isFirst, open }: CellProps<Row>) {
  const shown = column.show === undefined ? column.text(row) : column.show(row);
  const look = column.numeric ? "num" : "";
  if (!isFirst) return <td class={look}>{shown}</td>;
  return (
    <th scope="row" class={look}>
      {open === undefined
        ? shown
        : <button type="button" class="plain link" onClick={() => open(row)}>{shown}</button>}
    </th>
  );
}

function filtered<Row>(rows: readonly Row[], columns: readonly Column<Row>[], words: string) {
  const wanted = words.trim().toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (wanted.length === 0) return rows;
  return rows.filter((row) => {
    const text = columns.map((column) => column.text(row)).join(" ").toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

function sorted<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: { column: string; down: boolean } | null,
): readonly Row[] {
  const column = columns.find((one) => one.name === order?.column);
  if (order === null || column === undefined) return rows;
  const compare = column.numeric === true
    ? (a: Row, b: Row) => Number(column.text(a)) - Number(column.text(b))
    : (a: Row, b: Row) => column.text(a).localeCompare(column.text(b));
  return rows.toSorted((a, b) => (order.down ? -1 : 1) * compare(a, b));
}
