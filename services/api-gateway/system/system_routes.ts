/** The platform's state over HTTP. */

import { deadLettersCounted, getSystemRoute } from "../../../shared/contracts/http/system.ts";
import { type Topic, topics } from "../../../shared/contracts/messages/topics.ts";
import { addRoute, type ServiceApp } from "../../../shared/runtime/service_app.ts";
import type { RecentErrors } from "../../../shared/runtime/recent_errors.ts";
import type { EventStreams } from "../../../shared/streams/event_streams.ts";

export interface SystemParts {
  readonly version: string;
  readonly streams: EventStreams;
  readonly recentErrors: RecentErrors;
}

export function addSystemRoutes(app: ServiceApp, parts: SystemParts): void {
  addRoute(app, getSystemRoute, async (c) => {
    const { version, streams, recentErrors } = parts;
    return c.json({
      version,
      streams: await Promise.all(Object.values(topics).map((topic) => stateOf(streams, topic))),
      errors: [...recentErrors.list()],
    }, 200);
  });
}

async function stateOf(streams: EventStreams, topic: Topic) {
  const { name, publishers, groups, everyone } = topic;
  const [waiting, dead] = await Promise.all([
    groups.length === 0 ? 0 : streams.backlog(name),
    streams.deadLetters(name, deadLettersCounted),
  ]);
  return {
    ...{ stream: name, from: [...publishers], groups: [...groups], everyone: [...everyone] },
    ...{ waiting, deadLetters: dead.length, lastReason: dead[0]?.reason ?? null },
  };
}
