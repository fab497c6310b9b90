/** The kept entries of one in-memory topic: appended and trimmed in constant time an entry. */

export class TopicLog {
  #bodies: string[] = [];
  /** Index in `#bodies` of the oldest kept entry; the array is cut when half of it is behind. */
  #head = 0;
  /** Sequence of the oldest kept entry. */
  #first = 1;

  /** Sequence of the oldest kept entry; one past `last` when none is kept. */
  get first(): number {
    return this.#first;
  }

  /** Sequence of the newest entry ever appended, 0 before the first. */
  get last(): number {
    return this.#first + this.#bodies.length - this.#head - 1;
  }

  append(bodies: readonly string[], lengthMax: number): void {
    for (const body of bodies) this.#bodies.push(body);
    const surplus = this.#bodies.length - this.#head - lengthMax;
    if (surplus > 0) this.#trim(surplus);
  }

  /** Body of a kept entry. */
  at(sequence: number): string | undefined {
    return sequence < this.#first ? undefined : this.#bodies[this.#head + sequence - this.#first];
  }

  #trim(count: number): void {
    this.#bodies.fill("", this.#head, this.#head + count);
    this.#head += count;
    this.#first += count;
    if (this.#head * 2 > this.#bodies.length) {
      this.#bodies = this.#bodies.slice(this.#head);
      this.#head = 0;
    }
  }
}
