/** What a backtest is asked for, as it is filled in; text stays text until it is sent. */

import { SpotwireProblem } from "../../../../../shared/sdk/mod.ts";
import type { BacktestStrategy, CreateBacktest } from "../../../../../shared/sdk/mod.ts";
import { wordsOf } from "../core/words_of.ts";
import type { FieldRefusal } from "../ui/field.tsx";

export interface BacktestForm {
  readonly strategy: string;
  /** By name; those left empty are the strategy's own. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly symbol: string;
  /** Days of UTC, both included: `2019-02-04`. Empty: as far as the history goes. */
  readonly from: string;
  readonly to: string;
  readonly source: string;
  readonly currency: string;
  readonly balance: string;
  readonly hours: string;
  readonly latencyMs: string;
  readonly slippagePoints: string;
  /** Per cent. */
  readonly partialPercent: string;
  readonly rejectPercent: string;
  readonly spreadPoints: string;
  readonly seed: string;
  readonly carry: string;
}

export const emptyBacktest: BacktestForm = {
  strategy: "",
  parameters: {},
  symbol: "EURUSD",
  from: "",
  to: "",
  source: "",
  currency: "USD",
  balance: "100000",
  hours: "fx-week",
  latencyMs: "0",
  slippagePoints: "0",
  partialPercent: "0",
  rejectPercent: "0",
  spreadPoints: "10",
  seed: "1",
  carry: "charge",
};

const dayMs = 86_400_000;
const dayPattern = /^\d{4}-\d\d-\d\d$/;

/** Fields of numbers and how a field's text becomes what is sent. */
const numbers = [
  ["latencyMs", "latencyMs", 1],
  ["slippagePoints", "slippagePoints", 1],
  ["partialPercent", "partialShare", 100],
  ["rejectPercent", "rejectShare", 100],
  ["spreadPoints", "spreadPoints", 1],
] as const;

/** What is sent, or the field that is no number. The platform judges everything else. */
export function backtestOf(
  form: BacktestForm,
  { strategy, backtestId }: { strategy: BacktestStrategy; backtestId: string },
): CreateBacktest | FieldRefusal {
  const figures: Record<string, number> = {};
  for (const [field, name, divisor] of numbers) {
    const value = numberOf(form[field]);
    if (value === null) return noNumber(field);
    figures[name] = value / divisor;
  }
  const parameters: Record<string, number> = {};
  for (const name of Object.keys(strategy.parameters)) {
    const text = form.parameters[name]?.trim() ?? "";
    if (text === "") continue;
    const value = numberOf(text);
    if (value === null) return noNumber(`parameter-${name}`);
    parameters[name] = value;
  }
  const { currency, hours, carry } = form;
  return {
    backtestId,
    strategy: strategy.strategy,
    parameters,
    symbols: [form.symbol],
    ...(dayPattern.test(form.from) ? { from: `${form.from}T00:00:00Z` } : {}),
    ...(dayPattern.test(form.to) ? { to: endOf(form.to) } : {}),
    ...(form.source.trim() === "" ? {} : { source: form.source.trim() }),
    balance: form.balance.trim(),
    seed: form.seed,
    ...figures,
    ...{ currency, hours, carry } as Pick<CreateBacktest, "currency" | "hours" | "carry">,
  };
}

/** The day is included, so the period ends with the next. */
const endOf = (day: string): string => new Date(Date.parse(day) + dayMs).toISOString();

const numberOf = (text: string): number | null => {
  const value = text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
};

const noNumber = (field: string): FieldRefusal => ({
  field,
  code: null,
  title: "Not a number",
  advice: "Write digits, with a point for decimals",
});

/** Fields whose names are not those of what is sent. */
const fieldNames: Readonly<Record<string, string>> = {
  symbols: "symbol",
  partialShare: "partialPercent",
  rejectShare: "rejectPercent",
};

/** A refused backtest in words, at its field; `form` where it is about none. */
export function explainBacktest(error: unknown): FieldRefusal {
  const [first] = error instanceof SpotwireProblem ? error.errors : [];
  const code = error instanceof SpotwireProblem ? error.code : null;
  if (first === undefined) return { field: "form", code, title: wordsOf(error), advice: "" };
  const [, name = "form", parameter] = first.path.split("/");
  const field = name === "parameters" && parameter !== undefined
    ? `parameter-${parameter}`
    : fieldNames[name] ?? name;
  return { field, code, title: first.message, advice: "" };
}
