/**
 * The keys this edge knows, in memory: a request is identified without leaving the process. The
 * store behind it tells every edge about changes.
 */

import type { Permission } from "../../../shared/contracts/http/routes.ts";
import type { AuthContext, Credential } from "../../../shared/runtime/auth.ts";
import { apiKeyMatches, parseApiKey } from "../../../shared/security/api_keys.ts";
import type { Tokens } from "../../../shared/security/tokens.ts";

/** A key as it is kept: of the secret only the hash. */
export interface KeyRecord {
  readonly keyId: string;
  readonly name: string;
  readonly hash: string;
  readonly permissions: readonly Permission[];
  readonly accounts: readonly string[] | "all";
  /** RFC 3339. */
  readonly createdAt: string;
}

/** Keys whose hash was compared already, at most; a key beyond is compared again. */
const knownMax = 10_000;
const subjectPrefix = "key:";

interface Entry {
  readonly record: KeyRecord;
  /** One object for the life of the record, so that others can keep things by it. */
  readonly auth: AuthContext;
}

export class KeyRegistry {
  readonly #tokens: Tokens;
  #entries = new Map<string, Entry>();
  /** By the whole key. */
  readonly #known = new Map<string, Entry>();

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  /** Takes the store's records in place of the last; an unchanged record keeps its identity. */
  replace(records: readonly KeyRecord[]): void {
    const entries = new Map<string, Entry>();
    for (const record of records) {
      const held = this.#entries.get(record.keyId);
      entries.set(record.keyId, held?.record.hash === record.hash ? held : entryOf(record));
    }
    this.#entries = entries;
    this.#known.clear();
  }

  /** Whoever the credential stands for; a token also ends with the key that bought it. */
  authenticate(credential: Credential): AuthContext | null | Promise<AuthContext | null> {
    const { kind, value } = credential;
    if (kind === "api_key") return this.#byKey(value);
    const found = this.#tokens.verify(value, "client");
    return found instanceof Promise
      ? found.then((auth) => this.#withKey(auth))
      : this.#withKey(found);
  }

  /** Whose browser session a token is: the session of a key, with its rights, and as long as it lives. */
  async ofSession(token: string): Promise<AuthContext | null> {
    const session = await this.#tokens.verify(token, "session");
    return session === null ? null : this.#entryOf(session.subject)?.auth ?? null;
  }

  #byKey(key: string): AuthContext | null {
    const known = this.#known.get(key);
    if (known !== undefined) return known.auth;
    const keyId = parseApiKey(key)?.keyId;
    const entry = keyId === undefined ? undefined : this.#entries.get(keyId);
    if (entry === undefined || !apiKeyMatches(key, entry.record.hash)) return null;
    if (this.#known.size < knownMax) this.#known.set(key, entry);
    return entry.auth;
  }

  #withKey(auth: AuthContext | null): AuthContext | null {
    if (auth === null || !auth.subject.startsWith(subjectPrefix)) return auth;
    return this.#entryOf(auth.subject) === undefined ? null : auth;
  }

  #entryOf(subject: string): Entry | undefined {
    return subject.startsWith(subjectPrefix)
      ? this.#entries.get(subject.slice(subjectPrefix.length))
      : undefined;
  }
}

const entryOf = (record: KeyRecord): Entry => ({
  record,
  auth: {
    subject: `${subjectPrefix}${record.keyId}`,
    permissions: new Set(record.permissions),
    accounts: record.accounts === "all" ? "all" : new Set(record.accounts),
  },
});
