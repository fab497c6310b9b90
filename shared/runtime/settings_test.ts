import { assert, assertEquals, assertThrows } from "@std/assert";
import * as v from "valibot";
import { readSettings, SettingsError, type SettingsSources } from "./settings.ts";
import {
  databaseSettings,
  httpSettings,
  logSettings,
  marketSettings,
  securitySettings,
  streamsSettings,
} from "./settings_sections.ts";

const schema = v.strictObject({
  http: httpSettings(8001),
  database: databaseSettings,
  streams: streamsSettings,
  security: securitySettings,
  market: marketSettings,
  log: logSettings,
  feed: v.strictObject({
    speed: v.optional(v.union([v.number(), v.literal("max")]), 1),
    symbols: v.optional(v.array(v.string()), []),
    on: v.optional(v.boolean(), false),
  }),
});

const tokenSecret = "s".repeat(32);
const needed = {
  SPOTWIRE_DATABASE_URL: "pglite:memory",
  SPOTWIRE_STREAMS_URL: "memory:",
  SPOTWIRE_SECURITY_TOKEN_SECRET: tokenSecret,
};
const read = (from: Partial<SettingsSources>) =>
  readSettings(schema, { ...from, env: { ...needed, ...from.env } });
const faultsOf = (from: SettingsSources) => {
  const error = assertThrows(() => readSettings(schema, from), SettingsError);
  for (const fault of error.faults) {
    assert(error.message.includes(`${fault.name}: ${fault.message}`));
  }
  return Object.fromEntries(error.faults.map(({ name, message }) => [name, message]));
};

Deno.test("readSettings() fills in defaults and reads text as the schema wants it", () => {
  assertEquals(read({}), {
    http: { host: "127.0.0.1", port: 8001, bodyBytesMax: 65_536 },
    database: { url: "pglite:memory" },
    streams: { url: "memory:" },
    security: { tokenSecret },
    market: { clock: "real", hours: "fx-week" },
    log: { level: "info" },
    feed: { speed: 1, symbols: [], on: false },
  });
  const { http, feed } = read({
    env: {
      SPOTWIRE_HTTP_BODY_BYTES_MAX: "1_000",
      SPOTWIRE_FEED_SPEED: "60",
      SPOTWIRE_FEED_SYMBOLS: "EURUSD, USDJPY",
      SPOTWIRE_FEED_ON: "true",
    },
  });
  assertEquals([http.bodyBytesMax, feed], [1_000, {
    speed: 60,
    symbols: ["EURUSD", "USDJPY"],
    on: true,
  }]);
  assertEquals(read({ env: { SPOTWIRE_FEED_SPEED: "max" } }).feed.speed, "max");
});

Deno.test("readSettings() prefers flags to the environment to the file to defaults", () => {
  const file = { http: { port: 1, host: "0.0.0.0", bodyBytesMax: 5 } };
  const env = { SPOTWIRE_HTTP_PORT: "2", SPOTWIRE_HTTP_HOST: "::1" };
  const flags = { "http.port": "3", "log.level": undefined };
  assertEquals(read({ file, env, flags }).http, { port: 3, host: "::1", bodyBytesMax: 5 });
});

Deno.test("readSettings() refuses names it does not know, by name, and offers the nearest", () => {
  const faults = faultsOf({
    env: { ...needed, SPOTWIRE_HTTP_PROT: "8002", SPOTWIRE_WHATEVER: "1", PATH: "/bin" },
    file: { http: { prt: 1 }, nonsense: { a: 1 }, log: "info" },
    flags: { "htp.port": "1" },
  });
  assertEquals(faults, {
    "http.prt in the file": "no setting has this name; remove it, or did you mean http.port?",
    "nonsense in the file": "no setting has this name; remove it",
    "log in the file": "expected a section; use an object",
    SPOTWIRE_HTTP_PROT: "no setting has this name; remove it, or did you mean SPOTWIRE_HTTP_PORT?",
    SPOTWIRE_WHATEVER: "no setting has this name; remove it",
    "--htp.port": "no setting has this name; remove it, or did you mean http.port?",
  });
});

Deno.test("readSettings() leaves names of other uses alone", () => {
  read({ env: { SPOTWIRE_TEST_REAL: "1", SPOTWIRE_KEY: "sw_x", SPOTWIRE_SETTINGS: "a.json" } });
});

Deno.test("readSettings() lists every fault at once, and never a secret", () => {
  const faults = faultsOf({
    env: {
      SPOTWIRE_HTTP_PORT: "eighty",
      SPOTWIRE_HTTP_BODY_BYTES_MAX: "0",
      SPOTWIRE_DATABASE_URL: "mysql://root:hunter2@db/x",
      SPOTWIRE_SECURITY_TOKEN_SECRET: "hunter2",
      SPOTWIRE_LOG_LEVEL: "loud",
    },
  });
  assertEquals(Object.keys(faults).sort(), [
    "SPOTWIRE_DATABASE_URL",
    "SPOTWIRE_HTTP_BODY_BYTES_MAX",
    "SPOTWIRE_HTTP_PORT",
    "SPOTWIRE_LOG_LEVEL",
    "SPOTWIRE_SECURITY_TOKEN_SECRET",
    "SPOTWIRE_STREAMS_URL",
  ]);
  assert(!JSON.stringify(faults).includes("hunter2"));
  assertEquals(faults.SPOTWIRE_HTTP_PORT, 'not usable; expected number, not "eighty"');
  assertEquals(faults.SPOTWIRE_HTTP_BODY_BYTES_MAX, "not usable; expected >=1, not 0");
  assertEquals(faults.SPOTWIRE_STREAMS_URL, "missing; set it, or streams.url in the settings file");
  assertEquals(faults.SPOTWIRE_SECURITY_TOKEN_SECRET, "not usable; use at least 32 characters");
});
