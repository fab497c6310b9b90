/**
 * Whose answer may still change the screen. Questions overtake each other on their way: an answer
 * counts only while it is newer than every answer that was taken, and about what is shown now.
 */
export class Newest {
  #asked = 0;
  #taken = 0;

  /** Asks; call the result once with the answer in hand: `false` when it is late. */
  ask(): () => boolean {
    const own = ++this.#asked;
    return () => {
      if (own <= this.#taken) return false;
      this.#taken = own;
      return true;
    };
  }

  /** Something else is shown from now on: all that is on its way is late. */
  turn(): void {
    this.#taken = this.#asked;
  }

  /** Turns and asks. */
  askAnew(): () => boolean {
    this.turn();
    return this.ask();
  }
}
