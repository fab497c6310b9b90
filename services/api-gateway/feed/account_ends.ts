/** The accounts one socket follows: takes its frames of the channel `account`. */

import { type AccountFrame, feedLimits } from "../../../shared/contracts/messages/feed.ts";
import { allows, type AuthContext, reaches } from "../../../shared/runtime/auth.ts";
import type { AccountFollower } from "./account_follower.ts";
import type { AccountHub } from "./account_hub.ts";
import { FeedClient, type FeedSocket } from "./feed_client.ts";
import { accountSubscribedText, type FeedRefusal, refusal } from "./frames.ts";

export interface AccountEndsParts {
  readonly hub: AccountHub;
  readonly socket: FeedSocket;
  readonly answer: (text: string) => void;
  readonly refuse: (refused: FeedRefusal) => void;
}

/** `id` is that of the frame that asked. */
interface Held {
  readonly follower: AccountFollower;
  readonly id: string | undefined;
}

export class AccountEnds {
  readonly #parts: AccountEndsParts;
  readonly #followers = new Map<string, Held>();
  /** One for all of them: what may wait is a bound of the socket, not of each account. */
  readonly #client: FeedClient;

  constructor(parts: AccountEndsParts) {
    this.#parts = parts;
    this.#client = new FeedClient(parts.socket);
  }

  take(frame: AccountFrame, auth: AuthContext): void {
    const refused = frame.type === "subscribe" ? this.#refusalOf(frame, auth) : null;
    if (refused !== null) return this.#parts.refuse(refused);
    this.#replace(frame.accountId);
    if (frame.type === "subscribe") this.#follow(frame, auth);
    else this.#answer(frame.id);
  }

  /** The frame before, if its account is still being read, has its answer too. */
  #replace(accountId: string): void {
    const held = this.#followers.get(accountId);
    this.#leave(accountId);
    if (held?.follower.isOpen === false) this.#answer(held.id);
  }

  #refusalOf(
    { accountId, id }: AccountFrame & { type: "subscribe" },
    auth: AuthContext,
  ): FeedRefusal | null {
    if (!mayRead(auth, accountId)) {
      return refusal("account_denied", "Use a key of the account with trade:read", id);
    }
    return !this.#followers.has(accountId) && this.#followers.size >= feedLimits.accountsMax
      ? refusal("too_many_subscriptions", "Follow some on another socket", id)
      : null;
  }

  #follow(
    { accountId, since, id }: AccountFrame & { type: "subscribe" },
    auth: AuthContext,
  ): void {
    const follower = this.#parts.hub.follow({
      reader: { accountId, auth },
      since,
      client: this.#client,
      opened: () => this.#answer(id),
      refused: ({ code, detail }) => {
        this.#leave(accountId);
        this.#parts.refuse(refusal(code, detail, id));
      },
    });
    this.#followers.set(accountId, { follower, id });
    follower.advance();
  }

  /** Those that were read: one that was not yet has no answer either. */
  #answer(id: string | undefined): void {
    const open = [...this.#followers].filter(([, { follower }]) => follower.isOpen);
    this.#parts.answer(accountSubscribedText(open.map(([accountId]) => accountId), id));
  }

  /** Drops what the key may no longer read. */
  check(auth: AuthContext): void {
    for (const accountId of this.#followers.keys()) {
      if (mayRead(auth, accountId)) continue;
      this.#leave(accountId);
      this.#parts.refuse(refusal("account_denied", `The key may not read ${accountId} any more`));
    }
  }

  #leave(accountId: string): void {
    const held = this.#followers.get(accountId);
    if (held === undefined) return;
    this.#followers.delete(accountId);
    this.#parts.hub.leave(held.follower);
  }

  end(): void {
    for (const accountId of [...this.#followers.keys()]) this.#leave(accountId);
  }
}

const mayRead = (auth: AuthContext, accountId: string): boolean =>
  allows(auth, "trade:read") && reaches(auth, accountId);
