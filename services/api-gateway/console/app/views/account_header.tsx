/** What the account has and uses, at the prices on the screen. */

import { useApp } from "../core/app.ts";
import { useLiveText } from "../ui/hooks.ts";
import { parseMicros } from "../../../../../shared/domain/money.ts";
import { moneyText, toneOf } from "../ui/numbers.ts";

export function AccountHeader() {
  const app = useApp();
  const { account } = app;
  const held = account.account.value;
  return (
    <div class="account" role="group" aria-label="Account" aria-busy={held === null}>
      <label class="pick">
        <span class="unseen">Account</span>
        <select
          value={held?.accountId ?? app.router.route.value.account ?? ""}
          onChange={(event) => app.router.go({ account: event.currentTarget.value })}
        >
          {account.accounts.value.length === 0 && <option value="">…</option>}
          {account.accounts.value.map(({ accountId }) => (
            <option key={accountId} value={accountId}>{accountId}</option>
          ))}
        </select>
      </label>
      <Figure name="Balance" id="balance" />
      <Figure name="Equity" id="equity" />
      <Figure name="P/L" id="unrealised" />
      <Figure name="Margin used" id="marginUsed" />
      <Figure name="Free" id="marginAvailable" />
      <Figure name="Level" id="level" />
      <span class="currency">{held?.currency}</span>
      {held?.marginCall && <strong class="call">Margin call</strong>}
      <button type="button" class="plain" onClick={() => void app.signOut()}>Sign out</button>
      <button
        type="button"
        class="plain"
        aria-label="Help"
        title="Help (?)"
        onClick={() => (app.helpShown.value = true)}
      >
        ?
      </button>
    </div>
  );
}

type FigureId = "balance" | "equity" | "unrealised" | "marginUsed" | "marginAvailable" | "level";

function Figure({ name, id }: { name: string; id: FigureId }) {
  const { account } = useApp();
  const ref = useLiveText<HTMLElement>(() => {
    const worth = account.values.value;
    if (worth === null) return { text: "–" };
    if (id === "level") return { text: levelText(worth.equity, worth.marginUsed) };
    const amount = worth[id];
    if (amount === null) return { text: "–" };
    return id === "unrealised"
      ? { text: moneyText(amount, { plus: true }), tone: toneOf(amount) }
      : { text: moneyText(amount) };
  });
  return (
    <div class={`figure figure-${id}`}>
      <span>{name}</span>
      <b ref={ref} data-id={id}>–</b>
    </div>
  );
}

/** Equity in per cent of the margin used. */
function levelText(equity: string | null, marginUsed: string | null): string {
  const [worth, used] = [parseMicros(equity ?? ""), parseMicros(marginUsed ?? "")];
  if (typeof worth === "string" || typeof used === "string" || used === 0n) return "–";
  return `${worth * 100n / used}%`;
}
