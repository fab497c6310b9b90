/** What a venue's prices are, so that a series never holds more than one kind of them. */

/** `real`: a market's, as they come; `simulated`: made up; `recorded`: a recording played as live. */
export type PriceKind = "real" | "simulated" | "recorded";

/**
 * Of a venue as settings name it: `simulator`, `replay:<folder or file>`, `oanda` or `composite`. A
 * composite is what its sources are, and simulated as soon as one of them is.
 */
export function priceKind(spec: string, compositeSources: readonly string[] = []): PriceKind {
  if (spec === "composite") {
    return compositeSources.some((source) => priceKind(source) === "simulated")
      ? "simulated"
      : "real";
  }
  if (spec === "simulator" || spec.startsWith("simulator:")) return "simulated";
  return spec === "replay" || spec.startsWith("replay:") ? "recorded" : "real";
}
