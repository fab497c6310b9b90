/** Who watches which symbol: the feed is asked for a symbol while somebody does. */

interface Subscription {
  subscribe(symbols: readonly string[]): Promise<void>;
  unsubscribe(symbols: readonly string[]): Promise<void>;
}

export class Watchers<Watcher> {
  readonly #bySymbol = new Map<string, Set<Watcher>>();
  readonly #subscription: Subscription;

  constructor(subscription: Subscription) {
    this.#subscription = subscription;
  }

  /** Ends by the answer. */
  add(symbol: string, watcher: Watcher): () => void {
    let own = this.#bySymbol.get(symbol);
    if (own === undefined) this.#bySymbol.set(symbol, own = new Set());
    if (own.size === 0) this.#subscription.subscribe([symbol]).catch(() => {});
    own.add(watcher);
    return () => {
      if (own.delete(watcher) && own.size === 0) {
        this.#subscription.unsubscribe([symbol]).catch(() => {});
      }
    };
  }

  of(symbol: string): Iterable<Watcher> {
    return this.#bySymbol.get(symbol) ?? [];
  }
}
