/** An answer of rows as columns, before it takes a form. */

/** A column: times in epoch milliseconds, prices as counts of `10^-scale`, counts, plain numbers. */
export type TableColumn =
  & { readonly name: string; readonly isNull?: ((row: number) => boolean) | undefined }
  & (
    | { readonly kind: "time"; readonly values: Float64Array }
    | {
      readonly kind: "price";
      readonly values: Int32Array | Float64Array;
      readonly scale: number;
    }
    | { readonly kind: "count"; readonly values: Int32Array }
    | { readonly kind: "number"; readonly values: Float64Array }
  );

/** A piece of a table; the pieces of one table have the same columns. */
export interface Table {
  readonly length: number;
  readonly columns: readonly TableColumn[];
}

/** Numbers, null where one is none: a volume that is not known. */
export const numberColumn = (name: string, values: Float64Array): TableColumn => ({
  name,
  kind: "number",
  values,
  isNull: (row) => !Number.isFinite(values[row]),
});

/** Digits of a decimal column: as many as 64 bits hold. */
export const decimalDigits = 18;
