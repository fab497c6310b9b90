/** A labelled field, with what is wrong with it beside it. */

import type { ComponentChildren } from "preact";
import type { Refusal } from "../orders/refusals.ts";

export interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly refusal?: Refusal | null | undefined;
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

export function RefusalText({ refusal }: { refusal: Refusal }) {
  return (
    <p class="refusal" id={`refusal-${refusal.field}`} role="alert" data-code={refusal.code ?? ""}>
      <strong>{refusal.title}.</strong> {refusal.advice !== "" && `${refusal.advice}.`}
    </p>
  );
}
