/** What the client wants of the feed: what stands, and the changes the edge has not answered yet. */

import {
  type ErrorFrame,
  type FeedProblemCode,
  type FeedSymbols,
  type SubscribedFrame,
  type SubscribeFrame,
  symbolsPerFrameMax,
  type UnsubscribeFrame,
} from "./feed_frames.ts";

/** Changes that may wait for an answer, as while the connection is down. */
const pendingMax = 1_000;

/** The edge refused a frame of this client, or its key. */
export class FeedRefusal extends Error {
  override readonly name = "FeedRefusal";
  readonly code: FeedProblemCode;
  /** The symbols of the refused change, if it was one. */
  readonly symbols: FeedSymbols | null;

  constructor(frame: ErrorFrame, symbols: FeedSymbols | null = null) {
    super(`${frame.code}: ${frame.detail}`);
    this.code = frame.code;
    this.symbols = symbols;
  }
}

/** The feed was closed with `close()`. */
export class FeedClosed extends Error {
  override readonly name = "FeedClosed";
  constructor() {
    super("The feed is closed; make a new client");
  }
}

export type ChangeFrame = SubscribeFrame | UnsubscribeFrame;

interface Pending {
  readonly frame: ChangeFrame;
  resolve(): void;
  reject(error: Error): void;
}

export class FeedSubscriptions {
  #standing: "*" | readonly string[] = [];
  readonly #pending = new Map<string, Pending>();
  #lastId = 0;

  /** A change as frames to send, and the promise of the edge's answer to all of them. */
  change(
    type: ChangeFrame["type"],
    symbols: "*" | readonly string[],
  ): { frames: ChangeFrame[]; answered: Promise<void> } {
    const parts = inParts(symbols);
    if (this.#pending.size + parts.length > pendingMax) {
      const error = new RangeError(`Cannot ${type}: ${pendingMax} changes wait for an answer`);
      return { frames: [], answered: Promise.reject(error) };
    }
    const frames = parts.map((part) => this.#frame(type, part));
    const answers = frames.map((frame) =>
      new Promise<void>((resolve, reject) => {
        this.#pending.set(frame.id!, { frame, resolve, reject });
      })
    );
    return { frames, answered: Promise.all(answers).then(() => {}) };
  }

  /** Every frame a fresh connection needs: what stood before, then the unanswered changes. */
  restore(): ChangeFrame[] {
    return [
      ...inParts(this.#standing).map((part) => this.#frame("subscribe", part)),
      ...[...this.#pending.values()].map((pending) => pending.frame),
    ];
  }

  /** Takes an answer; the subscription as it stands, or `null` when the answer is to a restore. */
  answered(frame: SubscribedFrame): FeedSymbols | null {
    const pending = this.#take(frame.id);
    if (pending === undefined) return null;
    this.#standing = frame.symbols;
    pending.resolve();
    return frame.symbols;
  }

  /** Takes a refusal, of a change or of anything else. */
  refused(frame: ErrorFrame): FeedRefusal {
    const pending = this.#take(frame.id);
    const refusal = new FeedRefusal(frame, pending?.frame.symbols ?? null);
    pending?.reject(refusal);
    return refusal;
  }

  /** Refuses all that waits. */
  end(error: Error): void {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }

  #frame(type: ChangeFrame["type"], symbols: FeedSymbols): ChangeFrame {
    this.#lastId += 1;
    return { type, symbols, id: String(this.#lastId) };
  }

  #take(id: string | undefined): Pending | undefined {
    if (id === undefined) return undefined;
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}

function inParts(symbols: "*" | readonly string[]): FeedSymbols[] {
  if (symbols === "*") return ["*"];
  const parts: string[][] = [];
  for (let from = 0; from < symbols.length; from += symbolsPerFrameMax) {
    parts.push(symbols.slice(from, from + symbolsPerFrameMax));
  }
  return parts;
}
