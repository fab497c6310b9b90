/** The ticket's own inputs: bound to a field of the form, and to its refusal. */

import { useApp } from "../../core/app.ts";
import type { TicketField } from "../../orders/refusals.ts";
import type { TicketForm } from "../../orders/ticket_form.ts";
import { Field } from "../../ui/field.tsx";

type TextKey = {
  [Key in keyof TicketForm]: TicketForm[Key] extends string ? Key : never;
}[keyof TicketForm];

export interface TextInputProps {
  readonly of: TextKey;
  readonly name: TicketField;
  readonly label: string;
  readonly hint?: string | undefined;
  /** What one press of an arrow key adds; none for texts. */
  readonly step?: string | undefined;
}

export function TextInput({ of, name, label, hint, step }: TextInputProps) {
  const { ticket } = useApp();
  const refusal = ticket.refusal.value;
  const wrong = refusal?.field === name;
  const value = ticket.form.value[of];
  return (
    <Field name={name} label={label} hint={hint} refusal={refusal}>
      <input
        id={name}
        inputMode={step === undefined ? "text" : "decimal"}
        autocomplete="off"
        spellcheck={false}
        value={value}
        aria-invalid={wrong}
        aria-describedby={wrong ? `refusal-${name}` : undefined}
        onInput={(event) => ticket.change({ [of]: event.currentTarget.value })}
        onKeyDown={(event) => {
          const by = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
          if (by === 0 || step === undefined) return;
          event.preventDefault();
          ticket.change({ [of]: stepped(value, step, by * (event.shiftKey ? 10 : 1)) });
        }}
      />
    </Field>
  );
}

/** The text with so many steps added, at the step's decimals or its own if it has more. */
export function stepped(text: string, step: string, count: number): string {
  const decimals = Math.max(decimalsIn(text), decimalsIn(step));
  const scale = 10 ** decimals;
  const sum = Math.round(Number(text || "0") * scale) + Math.round(Number(step) * scale) * count;
  return (Math.max(0, sum) / scale).toFixed(decimals);
}

const decimalsIn = (text: string): number => text.split(".")[1]?.length ?? 0;

export interface ChoiceProps<Value extends string> {
  readonly name: TicketField;
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  choose(value: Value): void;
}

export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { name, label, value, options, choose } = props;
  const { ticket } = useApp();
  return (
    <Field name={name} label={label} refusal={ticket.refusal.value}>
      <select
        id={name}
        value={value}
        onChange={(event) => choose(event.currentTarget.value as Value)}
      >
        {options.map(([one, title]) => <option key={one} value={one}>{title}</option>)}
      </select>
    </Field>
  );
}
