// Goal: whatever the load, a socket gets its frames in the order given and its close after them, and
// no turn of the event loop sends more than a few. Method: sockets that record, turns run by hand.

import { assert, assertEquals } from "@std/assert";
import type { Frame } from "./channel_board.ts";
import type { ClosableSocket } from "./feed_session.ts";
import { Outbox } from "./outbox.ts";

function start(sockets: number) {
  const turns: (() => void)[] = [];
  const outbox = new Outbox((run) => void turns.push(run));
  const log: [socket: number, frame: Frame][] = [];
  const wrapped = Array.from({ length: sockets }, (_, at) =>
    outbox.wrap(
      {
        readyState: WebSocket.OPEN,
        bufferedAmount: 0,
        send: (frame) => void log.push([at, frame]),
        close: (code, reason) => void log.push([at, `close ${code} ${reason}`]),
      } satisfies ClosableSocket,
    ));
  return {
    outbox,
    log,
    wrapped,
    /** Runs one turn; false when none was asked for. */
    turn() {
      const run = turns.shift();
      run?.();
      assert(turns.length <= 1, "asks for one turn at a time");
      return run !== undefined;
    },
  };
}

Deno.test("a few frames go at once", () => {
  const { log, wrapped, turn } = start(3);
  for (const socket of wrapped) socket.send("one");
  assertEquals(log.map(([at]) => at), [0, 1, 2]);
  assertEquals(wrapped[0]!.bufferedAmount, 0);
  assert(turn());
  assertEquals(turn(), false, "an outbox with nothing to do asks for no turns");
});

Deno.test("many frames take turns, each socket's in order, and count as buffered meanwhile", () => {
  const { log, wrapped, turn } = start(1_000);
  for (const frame of ["first", "second"]) for (const socket of wrapped) socket.send(frame);
  const atOnce = log.length;
  assert(atOnce > 0 && atOnce < 100);
  assertEquals(wrapped[0]!.bufferedAmount, "second".length);
  assertEquals(wrapped[999]!.bufferedAmount, "first".length + "second".length);
  for (let sent = log.length; log.length < 2_000; sent = log.length) {
    assert(turn());
    assert(log.length - sent <= atOnce, "no turn sends more than another");
  }
  for (let at = 0; at < 1_000; at++) {
    assertEquals(log[at], [at, "first"]);
    assertEquals(log[1_000 + at], [at, "second"]);
  }
  assertEquals(wrapped[999]!.bufferedAmount, 0);
});

Deno.test("a turn of large frames sends fewer of them", () => {
  const { log, wrapped, turn } = start(100);
  const frame = "x".repeat(100_000);
  for (const socket of wrapped) socket.send(frame);
  assert(log.length > 0 && log.length < 10);
  for (let sent = log.length; log.length < 100; sent = log.length) {
    assert(turn());
    assert(log.length - sent < 10);
  }
});

Deno.test("a socket that closed while its frame waited takes nothing, and the others get theirs", () => {
  const { outbox, log, wrapped, turn } = start(100);
  const closed = outbox.wrap({
    readyState: WebSocket.CLOSED,
    bufferedAmount: 0,
    send: () => {
      throw new DOMException("readyState not OPEN", "InvalidStateError");
    },
    close: () => {},
  });
  closed.send("at once");
  for (const socket of wrapped) socket.send("one");
  closed.send("later");
  for (const socket of wrapped) socket.send("two");
  while (turn());
  assertEquals(log.length, 200);
});

Deno.test("a close follows the frames before it, and nobody else's wait for it", () => {
  const { log, wrapped, turn } = start(200);
  for (const socket of wrapped) socket.send("last words");
  wrapped[150]!.close(1008, "key_invalid");
  wrapped[0]!.close(1001, "draining");
  assertEquals(log.at(-1), [0, "close 1001 draining"], "its frame went at once");
  while (turn());
  const of150 = log.filter(([at]) => at === 150).map(([, frame]) => frame);
  assertEquals(of150, ["last words", "close 1008 key_invalid"]);
  assertEquals(log.length, 202);
});

Deno.test("work comes after the frames, also those it waits behind", () => {
  const { outbox, log, wrapped, turn } = start(200);
  const seen: number[] = [];
  outbox.afterwards(() => seen.push(log.length));
  for (const socket of wrapped) socket.send("one");
  while (turn());
  assertEquals(seen, [200]);
  outbox.afterwards(() => {
    for (const socket of wrapped) socket.send("two");
    outbox.afterwards(() => seen.push(log.length));
  });
  while (turn());
  assertEquals(seen, [200, 400]);
});
