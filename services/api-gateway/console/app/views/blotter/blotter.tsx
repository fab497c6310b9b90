/** The account's tables, one at a time. */

import type { FunctionComponent } from "preact";
import { useApp } from "../../core/app.ts";
import { type TabName, tabNames } from "../../core/route.ts";
import { Fills } from "./fills.tsx";
import { Orders } from "./orders.tsx";
import { Positions } from "./positions.tsx";
import { StatementTab } from "./statement_tab.tsx";
import { Transactions } from "./transactions.tsx";

const tabs: Readonly<Record<TabName, readonly [title: string, view: FunctionComponent]>> = {
  positions: ["Positions", Positions],
  orders: ["Orders", Orders],
  fills: ["Fills", Fills],
  transactions: ["Transactions", Transactions],
  statement: ["Statement", StatementTab],
};

export function Blotter() {
  const { account, router } = useApp();
  const { tab } = router.route.value;
  const [title, View] = tabs[tab];
  const turn = (by: number) => {
    const next = tabNames[(tabNames.indexOf(tab) + by + tabNames.length) % tabNames.length]!;
    router.go({ tab: next });
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <>
      <div
        class="tabs"
        role="tablist"
        aria-label="Tables of the account"
        onKeyDown={(event) => {
          if (event.key === "ArrowRight") turn(1);
          if (event.key === "ArrowLeft") turn(-1);
        }}
      >
        {tabNames.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={name === tab}
            aria-controls="tab-panel"
            tabIndex={name === tab ? 0 : -1}
            onClick={() => router.go({ tab: name })}
          >
            {tabs[name][0]}
            <Count of={name} />
          </button>
        ))}
      </div>
      <div id="tab-panel" class="tab-panel" role="tabpanel" aria-label={title}>
        {account.account.value === null ? <NoAccount /> : <View />}
      </div>
    </>
  );
}

function NoAccount() {
  const { account } = useApp();
  return account.reached.value
    ? <p class="empty" aria-busy="true">Reading the account…</p>
    : <p class="empty">This key reaches no account. Sign in with one that does.</p>;
}

function Count({ of }: { of: TabName }) {
  const { account } = useApp();
  if (of !== "positions" && of !== "orders") return null;
  const { length } = account[of].value;
  return length === 0 ? null : <small>{length}</small>;
}
