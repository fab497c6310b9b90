/** What binds the account's orders in the chosen instrument, and how much of it is used. */

import type { AccountRisk } from "../../../../../../shared/sdk/mod.ts";
import { useApp } from "../../core/app.ts";
import { moneyText, toneOf } from "../../ui/numbers.ts";
import { usePoll } from "../../ui/use_poll.ts";
import { type LimitName, limitNames } from "./limits.ts";

const everyMs = 2_000;

export function AccountRiskCard() {
  const { account, client, router, instruments } = useApp();
  const accountId = account.account.value?.accountId ?? "";
  const { symbol } = router.route.value;
  const [risk] = usePoll(
    () => accountId === "" ? Promise.resolve(null) : client.getAccountRisk(accountId, symbol),
    { key: `${accountId} ${symbol}`, everyMs },
  );
  const { value, failure } = risk.value;
  return (
    <section class="card" aria-label="Trading state">
      <header>
        <h2>Trading state of {accountId}</h2>
        <select
          aria-label="Instrument"
          value={symbol}
          onChange={(event) => router.go({ symbol: event.currentTarget.value })}
        >
          {instruments.listed.value.map((one) => <option key={one.symbol}>{one.symbol}</option>)}
        </select>
      </header>
      {failure !== null && <p class="refusal" role="alert">{failure}</p>}
      {value !== null && <Bounds risk={value} />}
    </section>
  );
}

export const StateWord = ({ state }: { state: AccountRisk["state"] }) => (
  <strong class={`trading-state ${state}`}>{state.replaceAll("_", " ")}</strong>
);

function Bounds({ risk }: { risk: AccountRisk }) {
  const limits = Object.entries(risk.limits).filter(([, limit]) => limit !== undefined);
  return (
    <>
      <dl class="figures">
        <div>
          <dt>Orders in {risk.symbol}</dt>
          <dd>
            <StateWord state={risk.state} />
          </dd>
        </div>
        <div>
          <dt>Exposure</dt>
          <dd>{risk.exposure === null ? "–" : `${moneyText(risk.exposure)} ${risk.currency}`}</dd>
        </div>
        <div>
          <dt>Result since 17:00 New York</dt>
          <dd data-tone={toneOf(risk.dayResult ?? "0")}>
            {risk.dayResult === null
              ? "–"
              : `${moneyText(risk.dayResult, { plus: true })} ${risk.currency}`}
          </dd>
        </div>
        {limits.map(([name, limit]) => (
          <div key={name}>
            <dt>{limitNames[name as LimitName]}</dt>
            <dd>{Array.isArray(limit) ? limit.join(", ") : String(limit)}</dd>
          </div>
        ))}
      </dl>
      <p class="small">
        {limits.length === 0 ? "No limits are set. " : ""}
        {risk.rules.length === 0
          ? "No rule binds this account."
          : `From the rules of ${risk.rules.map((one) => one.level).join(", ")}.`}
      </p>
    </>
  );
}
