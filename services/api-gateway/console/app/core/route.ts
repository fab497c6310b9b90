/** The state of the screen as its address, so that a link shows the same screen. */

import { type Signal, signal } from "@preact/signals";
import { granularities, type Granularity } from "../../../../../shared/domain/bars/granularity.ts";
import { type BarSide, barSides } from "../../../../../shared/domain/bar.ts";
import { liveSource, sourcePattern } from "../../../../../shared/domain/source.ts";
import { readStudy, studiesMax, type Study, studyText } from "../chart/studies.ts";

export const viewNames = ["trade", "risk", "data", "backtests", "system"] as const;
export type ViewName = (typeof viewNames)[number];
export const tabNames = ["positions", "orders", "fills", "transactions", "statement"] as const;
export type TabName = (typeof tabNames)[number];
/** Which part of the trade view a narrow screen shows. */
export const panelNames = ["watch", "chart", "ticket", "blotter"] as const;
export type PanelName = (typeof panelNames)[number];

/** Which bars. */
export interface BarSpec {
  readonly symbol: string;
  readonly granularity: Granularity;
  readonly side: BarSide;
  /** Whose prices: the platform's own feed, or a history that was loaded. */
  readonly source: string;
}

/** What one chart shows. */
export interface ChartSpec extends BarSpec {
  /** Drawn over the candles or below them. */
  readonly studies: readonly Study[];
  /** Whether what the platform's studies find is marked at the bars. */
  readonly signals: boolean;
}

export interface Route extends ChartSpec {
  readonly view: ViewName;
  readonly tab: TabName;
  readonly panel: PanelName;
  /** `null`: the first account the key reaches. */
  readonly account: string | null;
  /** Charts beside the first. */
  readonly beside: readonly ChartSpec[];
  /** What a view shows of its own: an import's id, a backtest's. */
  readonly item: string | null;
}

export const chartsBesideMax = 3;

export const defaultRoute: Route = {
  view: "trade",
  symbol: "EURUSD",
  granularity: "M1",
  side: "mid",
  source: liveSource,
  studies: [],
  signals: false,
  tab: "positions",
  panel: "watch",
  account: null,
  beside: [],
  item: null,
};

const symbolPattern = /^[A-Z]{6}$/;

function oneOf<Name extends string>(
  names: readonly Name[],
  text: string | null | undefined,
  otherwise: Name,
): Name {
  return names.find((name) => name === text) ?? otherwise;
}

/** Reads an address; what it does not say, or says wrongly, is as `otherwise` has it. */
export function readRoute(search: string, otherwise: Route = defaultRoute): Route {
  const query = new URLSearchParams(search);
  const symbol = query.get("symbol");
  const beside = query.get("beside");
  return {
    view: oneOf(viewNames, query.get("view"), otherwise.view),
    symbol: symbol !== null && symbolPattern.test(symbol) ? symbol : otherwise.symbol,
    granularity: oneOf(granularities, query.get("granularity"), otherwise.granularity),
    side: oneOf(barSides, query.get("side"), otherwise.side),
    source: readSource(query.get("source")) ?? otherwise.source,
    studies: query.has("studies") ? readStudies(query.get("studies")!) : otherwise.studies,
    signals: readShown(query.get("signals"), otherwise.signals),
    tab: oneOf(tabNames, query.get("tab"), otherwise.tab),
    panel: oneOf(panelNames, query.get("panel"), otherwise.panel),
    account: query.get("account") ?? otherwise.account,
    beside: beside === null ? otherwise.beside : readCharts(beside),
    item: query.get("item"),
  };
}

const readSource = (text: string | null | undefined): string | null =>
  sourcePattern.test(text ?? "") ? text! : null;

const shownText = (shown: boolean): string => shown ? "shown" : "hidden";
const readShown = (text: string | null | undefined, otherwise: boolean): boolean =>
  oneOf(["shown", "hidden"], text, shownText(otherwise)) === "shown";

function readCharts(text: string): ChartSpec[] {
  return text.split("~").slice(0, chartsBesideMax).flatMap((one) => {
    const [symbol = "", granularity, side, studies = "", source, signals] = one.split(".");
    if (!symbolPattern.test(symbol)) return [];
    return [{
      symbol,
      granularity: oneOf(granularities, granularity, defaultRoute.granularity),
      side: oneOf(barSides, side, defaultRoute.side),
      source: readSource(source) ?? liveSource,
      studies: readStudies(studies),
      signals: readShown(signals, false),
    }];
  });
}

/** `sma20-rsi14`. */
const readStudies = (text: string): Study[] =>
  text.split("-").slice(0, studiesMax).flatMap((one) => readStudy(one) ?? []);
const studiesText = (studies: readonly Study[]): string => studies.map(studyText).join("-");

/** The address of a route: `?view=trade&symbol=…`. */
export function routeText(route: Route): string {
  const query = new URLSearchParams({
    view: route.view,
    symbol: route.symbol,
    granularity: route.granularity,
    side: route.side,
    source: route.source,
    tab: route.tab,
    panel: route.panel,
  });
  const charts = route.beside.map(({ symbol, granularity, side, studies, source, signals }) =>
    [symbol, granularity, side, studiesText(studies), source, shownText(signals)].join(".")
  );
  // Said even where there is none: whoever follows a link may remember others.
  query.set("studies", studiesText(route.studies));
  query.set("signals", shownText(route.signals));
  query.set("beside", charts.join("~"));
  if (route.account !== null) query.set("account", route.account);
  if (route.item !== null) query.set("item", route.item);
  return `?${query}`;
}

/** Where the browser's address and history are. */
export interface Address {
  search(): string;
  push(text: string): void;
  replace(text: string): void;
  onBack(run: () => void): void;
}

export class Router {
  readonly route: Signal<Route>;
  readonly #address: Address;

  /** `remembered` is where the screen stood last, for an address that says nothing. */
  constructor(address: Address, remembered: Route) {
    this.#address = address;
    this.route = signal(readRoute(address.search(), remembered));
    address.replace(routeText(this.route.value));
    address.onBack(() => (this.route.value = readRoute(address.search())));
  }

  /** A step that the back button undoes. */
  go(change: Partial<Route>): void {
    const next = { ...this.route.value, ...change };
    if (routeText(next) === routeText(this.route.value)) return;
    this.route.value = next;
    this.#address.push(routeText(next));
  }
}
