/** The order ticket: side, type, size, prices, exits, and what it would cost. */

import { useApp } from "../../core/app.ts";
import {
  type OrderType,
  orderTypeRules,
  orderTypes,
} from "../../../../../../shared/domain/orders/order.ts";
import { fieldsShown } from "../../orders/ticket_form.ts";
import { typeNames } from "../../orders/order_words.ts";
import { RefusalText } from "../../ui/field.tsx";
import { Costs } from "./costs.tsx";
import { ExitFields } from "./exit_fields.tsx";
import { MoreFields } from "./more_fields.tsx";
import { PriceFields } from "./price_fields.tsx";
import { SideButtons } from "./side_buttons.tsx";
import { SizeField } from "./size_field.tsx";

export function OrderTicket() {
  const { ticket, kept } = useApp();
  const { type, side } = ticket.form.value;
  const refusal = ticket.refusal.value;
  const { oneClick } = kept.habits.value;
  return (
    <form
      class="ticket"
      noValidate
      aria-label="Order ticket"
      onSubmit={(event) => {
        event.preventDefault();
        ticket.submit();
      }}
    >
      <SideButtons />
      <div class="types" role="group" aria-label="Order type">
        <select
          id="type"
          aria-label="Order type"
          value={type}
          onChange={(event) => choose(ticket, event.currentTarget.value as OrderType)}
        >
          {orderTypes.map((name) => <option key={name} value={name}>{typeNames[name]}</option>)}
        </select>
      </div>
      <SizeField />
      {orderTypeRules[type].price || orderTypeRules[type].triggerPrice ||
          orderTypeRules[type].trailingDistance
        ? <PriceFields />
        : null}
      <ExitFields />
      <MoreFields />
      <Costs />
      {refusal !== null && !fieldsShown(ticket.form.value).has(refusal.field) && (
        <RefusalText refusal={refusal} />
      )}
      <button type="submit" class={`send ${side}`} disabled={ticket.sending}>
        {oneClick ? "" : "Review: "}
        {side === "buy" ? "Buy" : "Sell"} {ticket.symbol}
      </button>
      <label class="check">
        <input
          type="checkbox"
          id="one-click"
          checked={oneClick}
          onChange={(event) => kept.set({ oneClick: event.currentTarget.checked })}
        />
        One click: send without asking
      </label>
    </form>
  );
}

function choose(ticket: ReturnType<typeof useApp>["ticket"], type: OrderType): void {
  ticket.change({ type });
  ticket.prefill();
}
