/**
 * The quality gates: what each one means, its thresholds with their units, and what happens to a row
 * that meets it. `quarantine` keeps the row apart, `flag` stores and counts it, `stop` ends the load
 * before the day is stored, `off` does not look. Settings name a gate, for all symbols or for one.
 */

import { accountCurrencies } from "../../../shared/domain/currency.ts";
import type { Instrument } from "../../../shared/domain/instrument.ts";

export const gateActions = ["quarantine", "flag", "stop", "off"] as const;
export type GateAction = (typeof gateActions)[number];

export interface ThresholdDefinition {
  readonly standard: number;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
}

export interface GateDefinition {
  readonly meaning: string;
  readonly action: GateAction;
  readonly of: readonly ("ticks" | "bars")[];
  readonly thresholds: Readonly<Record<string, ThresholdDefinition>>;
}

const both = ["ticks", "bars"] as const;
const threshold = (standard: number, unit: string, range: readonly [number, number]) => ({
  standard,
  unit,
  min: range[0],
  max: range[1],
});

/** The order is that of the bits in a mask. */
export const gates = {
  crossed: {
    meaning:
      "the ask lies below the bid; of bars whose two sides are loaded together, at the close",
    action: "quarantine",
    of: both,
    thresholds: {},
  },
  locked: {
    meaning: "bid and ask are equal; of bars as crossed",
    action: "flag",
    of: both,
    thresholds: {},
  },
  inconsistent: {
    meaning: "the high is not the highest price of the bar, or the low not the lowest",
    action: "quarantine",
    of: ["bars"],
    thresholds: {},
  },
  out_of_order: {
    meaning: "the time lies before that of a row above; flagged rows are put in their place",
    action: "quarantine",
    of: both,
    thresholds: {},
  },
  repeated: {
    meaning: "the row above says exactly the same; of bars, the same open time",
    action: "flag",
    of: both,
    thresholds: {},
  },
  spike: {
    meaning: "the mid lies farther from the medians of the 64 rows before and of the 64 after " +
      "than this many median absolute deviations (scaled by 1.4826), and than this much of the price",
    action: "quarantine",
    of: both,
    thresholds: {
      deviations: threshold(15, "scaled median absolute deviations", [1, 1_000]),
      percentMin: threshold(0.3, "per cent of the price", [0, 100]),
    },
  },
  stale: {
    meaning: "rows keep coming and the price has not moved for this long",
    action: "flag",
    of: both,
    thresholds: { seconds: threshold(900, "seconds", [1, 604_800]) },
  },
  gap: {
    meaning: "nothing came for this long while the market was open; the row ends the gap",
    action: "flag",
    of: both,
    thresholds: { seconds: threshold(300, "seconds", [1, 604_800]) },
  },
  weekend: {
    meaning: "the time lies outside the FX week",
    action: "flag",
    of: both,
    thresholds: {},
  },
  holiday: { meaning: "the venues are closed that day", action: "flag", of: both, thresholds: {} },
  spread: {
    meaning: "the spread is more than this many times the day's median, and wider than this; of " +
      "bars as crossed",
    action: "flag",
    of: both,
    thresholds: {
      times: threshold(20, "times the median spread", [1, 10_000]),
      pipsMin: threshold(10, "pips", [0, 100_000]),
    },
  },
  precision: {
    meaning: "this share of the day's prices has a zero as last decimal: one decimal is missing",
    action: "flag",
    of: both,
    thresholds: { percent: threshold(95, "per cent of the rows", [20, 100]) },
  },
  finer: {
    meaning:
      "the file has it finer than it is kept: a price with more decimals than the instrument, " +
      "rounded outwards, or a time finer than a millisecond, cut",
    action: "flag",
    of: both,
    thresholds: {},
  },
  clock: {
    meaning:
      "the time is ahead of the load's own, before this year, jumps ahead of the row below " +
      "by more than this, or belongs to another day than the rows around it",
    action: "quarantine",
    of: both,
    thresholds: {
      secondsAhead: threshold(60, "seconds", [1, 86_400]),
      yearMin: threshold(1990, "year", [1970, 2100]),
    },
  },
  week_open: {
    meaning: "the first row after a day of silence is farther than this from the market's opening",
    action: "flag",
    of: both,
    thresholds: { minutes: threshold(90, "minutes", [1, 1_440]) },
  },
  another_pair: {
    meaning: "the day's median price is farther than this from the nearest loaded day's, at most " +
      "ten days away: the rows belong to another instrument, or have another scale",
    action: "stop",
    of: both,
    thresholds: { percent: threshold(12, "per cent of the price", [1, 1_000]) },
  },
} as const satisfies Record<string, GateDefinition>;

export type GateName = keyof typeof gates;
export const gateNames = Object.keys(gates) as GateName[];

/** The bit of a gate in a row's mask. */
export const gateBit = Object.fromEntries(
  gateNames.map((name, at) => [name, 1 << at]),
) as Readonly<Record<GateName, number>>;

/** The gates whose bits are set, in the order of the list. */
export const gatesOf = (mask: number): GateName[] =>
  gateNames.filter((name) => (mask & gateBit[name]) !== 0);

export interface GateSetting {
  readonly action: GateAction;
  readonly thresholds: Readonly<Record<string, number>>;
}
export type GateSettings = Readonly<Record<GateName, GateSetting>>;

/** What a request may set: thresholds by name, and the action; `*` stands for every symbol. */
export type GateOverrides = Readonly<
  Record<string, Readonly<Partial<Record<GateName, Readonly<Record<string, number | string>>>>>>
>;

const majors = new Set<string>(accountCurrencies);

/** Defaults that depend on how liquid an instrument is. */
function standardOf(instrument: Instrument): GateOverrides[string] {
  if (instrument.base.startsWith("X")) {
    return { spread: { pipsMin: 200 }, gap: { seconds: 900 } };
  }
  if (majors.has(instrument.base) && majors.has(instrument.quote)) return {};
  return { spread: { pipsMin: 300 }, gap: { seconds: 1_800 }, stale: { seconds: 3_600 } };
}

/** The gates of one instrument: built in, its own defaults, those of `*`, those of its symbol. */
export function gatesFor(instrument: Instrument, overrides: GateOverrides): GateSettings {
  const layers = [standardOf(instrument), overrides["*"], overrides[instrument.symbol]];
  return Object.fromEntries(gateNames.map((name) => {
    const definition: GateDefinition = gates[name];
    const given = Object.assign({}, ...layers.map((layer) => layer?.[name] ?? {}));
    const { action = definition.action, ...set } = given as Record<string, number | string>;
    const standard = Object.entries(definition.thresholds).map(([key, one]) => [key, one.standard]);
    return [name, { action, thresholds: { ...Object.fromEntries(standard), ...set } }];
  })) as unknown as GateSettings;
}

/** Bits of the gates with one of these actions. */
export const bitsWith = (settings: GateSettings, action: GateAction): number =>
  gateNames.filter((name) => settings[name].action === action)
    .reduce((bits, name) => bits | gateBit[name], 0);

export interface GateFault {
  readonly path: readonly string[];
  readonly message: string;
}

/** What is wrong with overrides, each fault with where it stands. */
export function faultsOf(
  overrides: GateOverrides,
  isSymbol: (text: string) => boolean,
): GateFault[] {
  return Object.entries(overrides).flatMap(([symbol, byGate]) => {
    if (symbol !== "*" && !isSymbol(symbol)) {
      return [{ path: [symbol], message: 'Expected "*" or a listed symbol' }];
    }
    return Object.entries(byGate).flatMap(([name, set]) => faultsOfGate([symbol, name], set ?? {}));
  });
}

function faultsOfGate(
  path: readonly string[],
  set: Readonly<Record<string, number | string>>,
): GateFault[] {
  const definition: GateDefinition | undefined =
    (gates as Record<string, GateDefinition>)[path[1]!];
  if (definition === undefined) {
    return [{ path, message: `Expected a gate: ${gateNames.join(", ")}` }];
  }
  return Object.entries(set).flatMap(([key, value]) => {
    const at = [...path, key];
    if (key === "action") {
      const known = (gateActions as readonly unknown[]).includes(value);
      return known ? [] : [{ path: at, message: `Expected ${gateActions.join(", ")}` }];
    }
    const one = definition.thresholds[key];
    if (one === undefined) return [{ path: at, message: "Not a threshold of this gate" }];
    const fits = typeof value === "number" && value >= one.min && value <= one.max;
    return fits ? [] : [{ path: at, message: `Expected ${one.min} to ${one.max} (${one.unit})` }];
  });
}
