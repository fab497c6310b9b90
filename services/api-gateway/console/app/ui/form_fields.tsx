/** Labelled inputs of a form, each with what is wrong with it beside it. */

import { Field, type FieldRefusal } from "./field.tsx";

interface FieldTerms {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly refusal: FieldRefusal | null;
  readonly hint?: string | undefined;
  set(value: string): void;
}

export interface TextFieldProps extends FieldTerms {
  readonly type?: "text" | "date" | undefined;
  readonly placeholder?: string | undefined;
  readonly numeric?: boolean | undefined;
}

export function TextField(props: TextFieldProps) {
  const { name, label, hint, value, refusal, set, type = "text", placeholder, numeric } = props;
  const shared = {
    ...{ id: name, value, placeholder, autocomplete: "off" },
    "aria-invalid": refusal?.field === name,
    "aria-describedby": refusal?.field === name ? `refusal-${name}` : undefined,
    onInput: (event: { currentTarget: HTMLInputElement }) => set(event.currentTarget.value),
  };
  return (
    <Field name={name} label={label} hint={hint} refusal={refusal}>
      {type === "date" ? <input type="date" {...shared} /> : (
        <input
          inputMode={numeric === true ? "decimal" : "text"}
          spellcheck={false}
          {...shared}
        />
      )}
    </Field>
  );
}

export interface ChoiceFieldProps extends FieldTerms {
  readonly options: readonly (readonly [value: string, title: string])[];
}

export function ChoiceField(props: ChoiceFieldProps) {
  const { name, label, hint, value, refusal, set, options } = props;
  return (
    <Field name={name} label={label} hint={hint} refusal={refusal}>
      <select
        id={name}
        value={value}
        aria-describedby={refusal?.field === name ? `refusal-${name}` : undefined}
        onChange={(event) => set(event.currentTarget.value)}
      >
        {options.map(([one, title]) => <option key={one} value={one}>{title}</option>)}
      </select>
    </Field>
  );
}
