/** The few running figures that the example strategies need, each a value a call, none of them kept. */

/** The newest values, as many as asked for. */
class Window {
  readonly #values: Float64Array;
  #at = 0;
  count = 0;

  constructor(length: number) {
    if (!Number.isInteger(length) || length < 1 || length > 1_000_000) {
      throw new RangeError(`Cannot look back over ${length} values: use 1 to 1000000`);
    }
    this.#values = new Float64Array(length);
  }

  get isFull(): boolean {
    return this.count === this.#values.length;
  }

  /** Puts a value in; returns the one that fell out, 0 while there was room. */
  push(value: number): number {
    const values = this.#values;
    const out = values[this.#at]!;
    values[this.#at] = value;
    this.#at = this.#at + 1 === values.length ? 0 : this.#at + 1;
    if (this.count < values.length) this.count++;
    return out;
  }

  /** Whether the newest value went into the last place. */
  get hasWrapped(): boolean {
    return this.#at === 0;
  }

  get values(): Float64Array {
    return this.#values;
  }
}

/** Simple moving average, and the deviation around it (of the population). */
export class Average {
  readonly #window: Window;
  /** Differences from it are summed: they have more digits to spare than prices. */
  #first = 0;
  #sum = 0;

  constructor(length: number) {
    this.#window = new Window(length);
  }

  get isFull(): boolean {
    return this.#window.isFull;
  }

  /** The average with one more value. */
  add(value: number): number {
    const window = this.#window;
    if (window.count === 0) this.#first = value;
    const wasFull = window.isFull;
    const difference = value - this.#first;
    const out = window.push(difference);
    this.#sum += wasFull ? difference - out : difference;
    if (wasFull && window.hasWrapped) this.#sumAnew();
    return this.value;
  }

  get value(): number {
    return this.#first + this.#sum / this.#window.count;
  }

  /** From the values themselves: as a difference of sums, what is small beside them would be lost. */
  get deviation(): number {
    const { count, values } = this.#window;
    const mean = this.#sum / count;
    let squares = 0;
    for (let at = 0; at < count; at++) squares += (values[at]! - mean) ** 2;
    return Math.sqrt(squares / count);
  }

  /** Once a round, so that what float64 rounds away never adds up. */
  #sumAnew(): void {
    this.#sum = this.#window.values.reduce((sum, one) => sum + one, 0);
  }
}

/** Highest and lowest of the newest values (Donchian's channel). */
export class Channel {
  readonly #highs: Window;
  readonly #lows: Window;

  constructor(length: number) {
    this.#highs = new Window(length);
    this.#lows = new Window(length);
  }

  get isFull(): boolean {
    return this.#highs.isFull;
  }

  add(high: number, low: number): void {
    this.#highs.push(high);
    this.#lows.push(low);
  }

  get high(): number {
    return this.#highs.values.reduce((most, one) => Math.max(most, one));
  }

  get low(): number {
    return this.#lows.values.reduce((least, one) => Math.min(least, one));
  }
}
