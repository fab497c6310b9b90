/** What may be traded and how much: the account's state, the rules, the kill switch, the audit. */

import { useApp } from "../../core/app.ts";
import { AccountRiskCard } from "./account_risk.tsx";
import { Audit } from "./audit.tsx";
import { KillSwitch } from "./kill_switch.tsx";
import { Rules } from "./rules.tsx";

export function RiskView() {
  const { session } = useApp();
  const state = session.state.value;
  const admin = state.state === "signed_in" && state.who.permissions.includes("admin");
  return (
    <div class="page">
      <AccountRiskCard />
      {admin
        ? (
          <>
            <KillSwitch />
            <Rules />
            <Audit />
          </>
        )
        : (
          <p class="empty">
            Rules, audit and the kill switch need a key with the permission admin.
          </p>
        )}
    </div>
  );
}
