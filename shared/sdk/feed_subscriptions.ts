/** What the client wants of the feed: what stands, and the changes the edge has not answered yet. */

import {
  type ErrorFrame,
  type FeedChannel,
  type FeedProblemCode,
  type FeedSymbols,
  type GapFrame,
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

/** The newest that was seen of each symbol: a sequence, or the open time of a bar. */
export type Positions = ReadonlyMap<string, number>;

export type ChangeFrame = SubscribeFrame | UnsubscribeFrame;

interface Pending {
  readonly frame: ChangeFrame;
  resolve(): void;
  reject(error: Error): void;
}

export class FeedSubscriptions {
  readonly #standing = new Map<FeedChannel, "*" | readonly string[]>();
  readonly #pending = new Map<string, Pending>();
  /** Frames of the newest connection that ask for what was missed. */
  readonly #resuming = new Map<string, SubscribeFrame>();
  /** 0 is every update. */
  readonly #intervalMs: number;
  #lastId = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** A change as frames to send, and the promise of the edge's answer to all of them. */
  change(
    type: ChangeFrame["type"],
    channel: FeedChannel,
    symbols: "*" | readonly string[],
  ): { frames: ChangeFrame[]; answered: Promise<void> } {
    const parts = inParts(symbols);
    if (this.#pending.size + parts.length > pendingMax) {
      const error = new RangeError(`Cannot ${type}: ${pendingMax} changes wait for an answer`);
      return { frames: [], answered: Promise.reject(error) };
    }
    const frames = parts.map((part) => this.#frame(type, channel, part));
    const answers = frames.map((frame) =>
      new Promise<void>((resolve, reject) => {
        this.#pending.set(frame.id!, { frame, resolve, reject });
      })
    );
    return { frames, answered: Promise.all(answers).then(() => {}) };
  }

  /**
   * Every frame a fresh connection needs: what stood before, resumed after what was seen, then the
   * unanswered changes.
   */
  restore(seen: Readonly<Record<FeedChannel, Positions>>): ChangeFrame[] {
    this.#resuming.clear();
    const frames: ChangeFrame[] = [];
    for (const [channel, standing] of this.#standing) {
      for (const part of inParts(standing)) {
        const frame: SubscribeFrame = this.#frame("subscribe", channel, part);
        frames.push(frame);
        const positions = seen[channel];
        const resume = resumeOf(part === "*" ? [...positions.keys()] : part, positions);
        if (Object.keys(resume).length === 0) continue;
        frame.resume = resume;
        this.#resuming.set(frame.id!, frame);
      }
    }
    return [...frames, ...[...this.#pending.values()].map((pending) => pending.frame)];
  }

  /**
   * After the edge refused to resume because it has not seen as much as the client: the same frame
   * without, and the symbols that then have a gap. `null` for any other refusal.
   */
  startOver(refused: ErrorFrame): { frame: SubscribeFrame; gap: Omit<GapFrame, "type"> } | null {
    if (refused.code !== "resume_ahead" || refused.id === undefined) return null;
    const resuming = this.#resuming.get(refused.id);
    if (resuming === undefined) return null;
    const channel = resuming.channel as FeedChannel | undefined ?? "quotes";
    const frame = this.#frame("subscribe", channel, resuming.symbols);
    return { frame, gap: { channel, symbols: Object.keys(resuming.resume!) } };
  }

  /** Takes an answer; the subscription as it stands, or `null` when the answer is to a restore. */
  answered(frame: SubscribedFrame): SubscribedFrame | null {
    const pending = this.#take(frame.id);
    if (pending === undefined) return null;
    this.#standing.set(frame.channel, frame.symbols);
    pending.resolve();
    return frame;
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

  #frame<Type extends ChangeFrame["type"]>(
    type: Type,
    channel: FeedChannel,
    symbols: FeedSymbols,
  ): Extract<ChangeFrame, { type: Type }> {
    this.#lastId += 1;
    const frame: ChangeFrame = { type, symbols, id: String(this.#lastId) };
    if (channel !== "quotes") frame.channel = channel;
    if (frame.type === "subscribe" && this.#intervalMs > 0) frame.intervalMs = this.#intervalMs;
    return frame as Extract<ChangeFrame, { type: Type }>;
  }

  #take(id: string | undefined): Pending | undefined {
    if (id === undefined) return undefined;
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}

/** No more than one frame holds; symbols beyond get a snapshot. */
function resumeOf(symbols: readonly string[], seen: Positions): Record<string, number> {
  const known = symbols.filter((symbol) => seen.has(symbol)).slice(0, symbolsPerFrameMax);
  return Object.fromEntries(known.map((symbol) => [symbol, seen.get(symbol)!]));
}

function inParts(symbols: "*" | readonly string[]): FeedSymbols[] {
  if (symbols === "*") return ["*"];
  const parts: string[][] = [];
  for (let from = 0; from < symbols.length; from += symbolsPerFrameMax) {
    parts.push(symbols.slice(from, from + symbolsPerFrameMax));
  }
  return parts;
}
