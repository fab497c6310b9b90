/** Sections of settings that several parts share. A part composes its own from these. */

import * as v from "valibot";
import { logLevels } from "./logger.ts";

const portNumber = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));
const positiveInteger = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

export const httpSettings = (defaultPort: number) =>
  v.strictObject({
    host: v.optional(v.string(), "127.0.0.1"),
    port: v.optional(portNumber, defaultPort),
    bodyBytesMax: v.optional(positiveInteger, 65_536),
  });

/** `pglite:<folder>`, `pglite:memory` or `postgres://…`. */
export const databaseSettings = v.strictObject({
  url: v.pipe(
    v.string(),
    v.regex(
      /^(pglite:.+|postgres(ql)?:\/\/.+)$/,
      "use pglite:<folder>, pglite:memory or postgres://…",
    ),
  ),
});

/** `memory:`, `redis://…` or `https://host?token=…`. */
export const streamsSettings = v.strictObject({
  url: v.pipe(
    v.string(),
    v.regex(/^(memory:|rediss?:\/\/.+|https?:\/\/.+)$/, "use memory:, redis://… or https://…"),
  ),
});

export const logSettings = v.strictObject({ level: v.optional(v.picklist(logLevels), "info") });

/** The secret signs tokens; every part that signs or verifies them has the same one. */
export const securitySettings = v.strictObject({
  tokenSecret: v.pipe(v.string(), v.minLength(32, "use at least 32 characters")),
});

/** `clock`: the wall's, or the quotes' own when they are replayed or run faster. */
export const marketSettings = v.strictObject({
  clock: v.optional(v.picklist(["real", "quotes"]), "real"),
  hours: v.optional(v.picklist(["fx-week", "always"]), "fx-week"),
});

/** Where blocks of history that are old lie, for those who move them there and those who read them. */
export const depotFields = {
  /** `folder:<path>` or `s3://bucket/prefix?endpoint=…&region=…`. */
  depotUrl: v.optional(v.pipe(v.string(), v.regex(/^(folder:.+|s3:\/\/.+)$/))),
  depotAccessKeyId: v.optional(v.string()),
  depotSecretAccessKey: v.optional(v.string()),
};
