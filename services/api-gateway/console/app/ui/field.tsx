/** A labelled field, with what is wrong with it beside it. */

import type { ComponentChildren } from "preact";

/** What is wrong with which field. */
export interface FieldRefusal {
  readonly field: string;
  /** Stable; `null` when no answer came. */
  readonly code: string | null;
  readonly title: string;
  readonly advice: string;
}

export interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly refusal?: FieldRefusal | null | undefined;
  readonly children: ComponentChildren;
}

export function Field({ name, label, hint, refusal, children }: FieldProps) {
  const wrong = refusal?.field === name;
  return (
    <div class={wrong ? "field wrong" : "field"} data-field={name}>
      <label for={name}>{label}{hint !== undefined && <small>{hint}</small>}</label>
      {children}
      {wrong && <RefusalText refusal={refusal} />}
    </div>
  );
}

export function RefusalText({ refusal }: { refusal: FieldRefusal }) {
  return (
    <p class="refusal" id={`refusal-${refusal.field}`} role="alert" data-code={refusal.code ?? ""}>
      <strong>{refusal.title}.</strong> {refusal.advice !== "" && `${refusal.advice}.`}
    </p>
  );
}
