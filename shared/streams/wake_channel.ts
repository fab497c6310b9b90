/**
 * Wake-ups over Redis pub/sub: whoever appends to a topic says so on a channel of its name, and who
 * cannot wait inside Redis reads then. They carry nothing and may be lost: the stream is the truth,
 * and readers look by themselves now and then.
 */

import { WakeUp } from "./wake_up.ts";

const prefix = "wake:";
/** All topics at once: one connection serves every reader of a process. */
export const wakePattern = `${prefix}*`;
export const wakeChannel = (topic: string): string => `${prefix}${topic}`;

/** While the connection is down it is tried this often, in milliseconds. */
const reconnectMs = 1_000;
/** A server that does not offer the subscription is asked again after this long. */
const refusedMs = 60_000;
/** Bytes of one line at most; a longer one is not of this protocol. */
const lineBytesMax = 65_536;

interface Topic {
  readonly wakeUp: WakeUp;
  count: number;
}

/** Hears the wake-ups of an Upstash database, or of the bridge, as server-sent events. */
export class WakeChannel {
  readonly #url: string;
  readonly #token: string;
  readonly #signal: AbortSignal;
  readonly #topics = new Map<string, Topic>();
  readonly #pause = new WakeUp();
  #started = false;
  #isOpen = false;

  constructor(url: string, token: string, signal: AbortSignal) {
    this.#url = `${url.replace(/\/+$/, "")}/psubscribe/${encodeURIComponent(wakePattern)}`;
    this.#token = token;
    this.#signal = signal;
  }

  /** Whether wake-ups come in now; readers need not look often then. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Wake-ups of the topic so far: unchanged, nothing has come in between. */
  count(topic: string): number {
    this.#start();
    return this.#topicOf(topic).count;
  }

  /** Resolves at the topic's next wake-up since `count`, after `ms`, or on abort. */
  wait(
    topic: string,
    { count, ms, signal }: { count: number; ms: number; signal: AbortSignal | undefined },
  ): Promise<void> {
    const held = this.#topicOf(topic);
    return held.count === count ? held.wakeUp.wait(ms, signal) : Promise.resolve();
  }

  #topicOf(topic: string): Topic {
    let held = this.#topics.get(topic);
    if (held === undefined) this.#topics.set(topic, held = { wakeUp: new WakeUp(), count: 0 });
    return held;
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#signal.aborted) {
      let waitMs = reconnectMs;
      try {
        const answer = await fetch(this.#url, {
          method: "POST",
          headers: { authorization: `Bearer ${this.#token}`, accept: "text/event-stream" },
          signal: this.#signal,
        });
        if (answer.ok && answer.body !== null) await this.#listen(answer.body);
        else {
          await answer.body?.cancel();
          if (answer.status < 500) waitMs = refusedMs;
        }
      } catch {
        // Lost, or not there yet; the readers look by themselves meanwhile.
      }
      this.#isOpen = false;
      await this.#pause.wait(waitMs, this.#signal);
    }
  }

  async #listen(body: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    for await (const text of body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      if (rest.length > lineBytesMax) throw new RangeError("Cannot read the wake-ups: no lines");
      for (const line of lines) this.#take(line);
    }
  }

  /** `data: psubscribe,<pattern>,1`, then `data: pmessage,<pattern>,<channel>,<message>`. */
  #take(line: string): void {
    if (!line.startsWith("data:")) return;
    const [kind, , channel] = line.slice("data:".length).trim().split(",");
    if (kind === "psubscribe") {
      this.#isOpen = true;
      // What came before the subscription stood has woken nobody.
      for (const topic of this.#topics.values()) wake(topic);
    } else if (kind === "pmessage" && channel?.startsWith(prefix)) {
      const topic = this.#topics.get(channel.slice(prefix.length));
      if (topic !== undefined) wake(topic);
    }
  }
}

function wake(topic: Topic): void {
  topic.count++;
  topic.wakeUp.wake();
}
