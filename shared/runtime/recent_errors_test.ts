import { assertEquals } from "@std/assert";
import { createLogger } from "./logger.ts";
import { RecentErrors, recentErrorsMax } from "./recent_errors.ts";

const start = () => {
  const recentErrors = new RecentErrors();
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { recentErrors, lines, logger: createLogger({ ...about, recentErrors, destination }) };
};
const about = { service: "archive", level: "info" as const };

Deno.test("errors are kept newest first, without the words that stay in the log", () => {
  const { recentErrors, lines, logger } = start();
  logger.info('all is well, though "level":"error" is said');
  logger.error({ err: new TypeError("password is x"), requestId: "r-1" }, "not written");
  logger.fatal("gone");
  const [newest, first, ...more] = recentErrors.list();
  assertEquals([newest?.message, newest?.kind, newest?.requestId], ["gone", null, null]);
  assertEquals([first?.service, first?.message, first?.kind, first?.requestId], [
    ...["archive", "not written", "TypeError", "r-1"],
  ]);
  assertEquals(more, []);
  assertEquals(lines.length, 3, "the log has them all");
});

Deno.test("only so many are kept", () => {
  const { recentErrors, logger } = start();
  for (let at = 0; at < recentErrorsMax + 5; at++) logger.error(`no ${at}`);
  assertEquals(recentErrors.list().length, recentErrorsMax);
  assertEquals(recentErrors.list()[0]?.message, `no ${recentErrorsMax + 4}`);
});
