/**
 * Who is signed in. The token lives here, in memory; a cookie that no script can read buys the next
 * one. When the session has ended the screen stays as it is, with the sign-in before it.
 */

import { type Signal, signal } from "@preact/signals";
import {
  sessionPath,
  type SessionToken,
  sessionTokenPath,
  type SignIn,
} from "../../../sessions/session_view.ts";
import type { Machine } from "./machine.ts";

export type SessionState =
  | { readonly state: "unknown" | "signed_out" }
  | { readonly state: "signed_in"; readonly who: Omit<SessionToken, "token"> }
  /** Was signed in, and is not any more. */
  | { readonly state: "ended" };

/** A token is not used in its last seconds: it must still be good when it arrives. */
const renewBeforeMs = 60_000;

export class SignInRefused extends Error {
  override readonly name = "SignInRefused";
}

export class Session {
  readonly state: Signal<SessionState> = signal({ state: "unknown" });
  readonly #machine: Pick<Machine, "now" | "origin">;
  readonly #fetch: typeof fetch;
  #held: SessionToken | null = null;
  #renewing: Promise<string> | null = null;

  constructor(machine: Pick<Machine, "now" | "origin">, fetcher: typeof fetch) {
    this.#machine = machine;
    this.#fetch = fetcher;
  }

  /** Goes on with the browser's session, if it has one. */
  async resume(): Promise<void> {
    await this.token().catch(() => {});
  }

  async signIn(by: SignIn): Promise<void> {
    const answer = await this.#send("POST", sessionPath, by);
    if (!answer.ok) throw new SignInRefused(await wordsOf(answer));
    this.#take(await answer.json());
  }

  async signOut(): Promise<void> {
    await this.#send("DELETE", sessionPath);
    this.#held = null;
    this.state.value = { state: "signed_out" };
  }

  /** A token that is good for a while yet; this is the credential of the client and the feed. */
  readonly token = async (): Promise<string> => {
    const held = this.#held;
    if (held !== null && Date.parse(held.expiresAt) - this.#machine.now() > renewBeforeMs) {
      return held.token;
    }
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = null));
    return await this.#renewing;
  };

  /** The platform refused the token before its time: it must be bought anew. */
  forget(): void {
    this.#held = null;
  }

  async #renew(): Promise<string> {
    // Once it is known that nobody is signed in, nobody asks again until somebody is.
    const { state } = this.state.peek();
    if (state === "ended" || state === "signed_out") throw new SignInRefused("Nobody is signed in");
    const answer = await this.#send("POST", sessionTokenPath);
    if (answer.status === 401 || answer.status === 204) {
      this.#held = null;
      this.state.value = { state: state === "signed_in" ? "ended" : "signed_out" };
    }
    if (answer.status !== 201) throw new SignInRefused(await wordsOf(answer));
    return this.#take(await answer.json());
  }

  #take(answer: SessionToken): string {
    this.#held = answer;
    const { token, ...who } = answer;
    this.state.value = { state: "signed_in", who };
    return token;
  }

  #send(method: "POST" | "DELETE", path: string, body?: SignIn): Promise<Response> {
    return this.#fetch(this.#machine.origin + path, {
      method,
      credentials: "same-origin",
      ...(body === undefined ? {} : {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    });
  }
}

async function wordsOf(answer: Response): Promise<string> {
  const problem = await answer.json().catch(() => null);
  return problem?.detail ?? `The platform answered ${answer.status}`;
}
