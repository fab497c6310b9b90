/** The frame around every view: who, where, how the connection fares, and the keyboard. */

import { useEffect } from "preact/hooks";
import { useApp } from "../core/app.ts";
import { useKeys } from "../ui/keys.ts";
import { AccountHeader } from "./account_header.tsx";
import { Help } from "./help.tsx";
import { Nav, PanelNav } from "./nav.tsx";
import { NoticeList } from "./notice_list.tsx";
import { SignIn } from "./sign_in.tsx";
import { ConfirmOrder } from "./ticket/confirm_order.tsx";
import { titleOf, viewOf } from "./view_list.ts";
import { ConnectionBar } from "./connection_bar.tsx";

export function Shell({ demoAccount }: { demoAccount: string | null }) {
  const app = useApp();
  useKeys();
  const { state } = app.session.state.value;
  const { view, symbol } = app.router.route.value;
  useEffect(() => {
    document.title = `${view === "trade" ? symbol : titleOf(view)} · Spotwire`;
  }, [view, symbol]);
  const feed = app.feed.health.value.state;
  useEffect(() => {
    document.documentElement.dataset["feed"] = feed;
  }, [feed]);
  if (state === "unknown") {
    return (
      <main class="boot" aria-busy="true">
        <h1>Spotwire</h1>
      </main>
    );
  }
  if (state === "signed_out") return <SignIn demoAccount={demoAccount} />;
  const View = viewOf(view);
  return (
    <>
      <a class="skip" href="#view">Skip to the view</a>
      <header class="top">
        <strong class="brand">Spotwire</strong>
        <Nav />
        <AccountHeader />
      </header>
      <ConnectionBar />
      <main id="view" class={`view view-${view}`} tabIndex={-1}>
        <h1 class="unseen">{view === "trade" ? symbol : titleOf(view)}</h1>
        <View />
      </main>
      {view === "trade" && <PanelNav />}
      <NoticeList />
      <ConfirmOrder />
      {app.helpShown.value && <Help />}
      {state === "ended" && <SignIn demoAccount={demoAccount} over />}
    </>
  );
}
