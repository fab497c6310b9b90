/** Keeps a copy's rules of risk as the store has them: read at the start, then by announcement. */

import type { Kysely } from "kysely";
import { fromRuleData, toRuleData } from "../../../shared/contracts/messages/risk.ts";
import { topics } from "../../../shared/contracts/messages/topics.ts";
import type { RiskBook } from "../../../shared/domain/risk/risk_book.ts";
import { followTopic } from "../../../shared/runtime/consume.ts";
import { type EventSource, publishEvents } from "../../../shared/runtime/events.ts";
import type { Logger } from "../../../shared/runtime/logger.ts";
import type { EventStreams } from "../../../shared/streams/event_streams.ts";
import type { TradingDatabase } from "../desk/tables.ts";
import { selectRules } from "./risk_store.ts";

const pageMax = 1_000;

/**
 * Resolves when the rules are read, and announced again: a stream that forgot them, as one in
 * memory does with the process, would leave an edge that starts without any.
 */
export async function followRules(parts: {
  readonly db: Kysely<TradingDatabase>;
  readonly streams: EventStreams;
  readonly events: EventSource;
  readonly book: RiskBook;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { db, streams, events, book, logger, signal } = parts;
  await followTopic({
    streams,
    topic: topics.risk,
    from: "now",
    logger,
    signal,
    handle(changes) {
      for (const { data } of changes) {
        const { level, rule } = fromRuleData(data);
        book.take(level, rule);
      }
    },
  });
  for (let after = "";;) {
    const page = await selectRules(db, { after, limit: pageMax });
    for (const rule of page) book.take(rule.level, rule);
    await publishEvents(
      streams,
      topics.risk,
      page.map((rule) =>
        events.event("risk.rule_changed", toRuleData(rule.level, rule), { subject: rule.level })
      ),
    );
    if (page.length < pageMax) return;
    after = page.at(-1)!.level;
  }
}
