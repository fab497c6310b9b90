/** From view to view; on narrow screens also from panel to panel of the trade view. */

import { useApp } from "../core/app.ts";
import { panelNames, type Route, routeText } from "../core/route.ts";
import { views } from "./view_list.ts";

const panelTitles = { watch: "Prices", chart: "Chart", ticket: "Order", blotter: "Account" };

export function Nav() {
  const { router } = useApp();
  const route = router.route.value;
  return (
    <nav class="nav" aria-label="Views">
      {views.map(({ name, title }) => (
        <Step key={name} change={{ view: name, item: null }} current={route.view === name}>
          {title}
        </Step>
      ))}
    </nav>
  );
}

export function PanelNav() {
  const { router } = useApp();
  const route = router.route.value;
  return (
    <nav class="panel-nav" aria-label="Panels">
      {panelNames.map((name) => (
        <Step key={name} change={{ panel: name }} current={route.panel === name}>
          {panelTitles[name]}
        </Step>
      ))}
    </nav>
  );
}

/** A real link, so it can be opened beside, and taken by the router when it is not. */
function Step(
  { change, current, children }: { change: Partial<Route>; current: boolean; children: string },
) {
  const { router } = useApp();
  return (
    <a
      href={routeText({ ...router.route.value, ...change })}
      aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        router.go(change);
      }}
    >
      {children}
    </a>
  );
}
