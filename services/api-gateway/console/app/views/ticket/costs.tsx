/** What the order takes and costs, before it is sent. */

import { useApp } from "../../core/app.ts";
import { microsText } from "../../orders/ticket.ts";
import { useLiveText } from "../../ui/hooks.ts";
import { moneyText } from "../../ui/numbers.ts";

const lines = [
  ["margin", "Margin"],
  ["pipValue", "Pip value"],
  ["spreadCost", "Spread cost"],
  ["notional", "Notional"],
] as const;

export function Costs() {
  const { account } = useApp();
  return (
    <dl class="costs" aria-label={`In ${account.account.value?.currency ?? ""}`}>
      {lines.map(([id, title]) => <Line key={id} id={id} title={title} />)}
    </dl>
  );
}

function Line({ id, title }: { id: (typeof lines)[number][0]; title: string }) {
  const { ticket, account } = useApp();
  const ref = useLiveText<HTMLElement>(() => {
    const found = ticket.estimate();
    const currency = account.account.value?.currency ?? "";
    return { text: found === null ? "–" : `${moneyText(microsText(found[id]))} ${currency}` };
  });
  return (
    <div>
      <dt>{title}</dt>
      <dd ref={ref} data-id={id}>–</dd>
    </div>
  );
}
