/**
 * One visit to the document a frame. Whatever changes between two pictures asks to be painted, and
 * is painted once, however often it asked: prices may come faster than a screen can show.
 */

/** `at` is when the frame began, in milliseconds of the page's own clock. */
export type Paint = (at: number) => void;

export class FrameLoop {
  readonly #nextFrame: (run: Paint) => void;
  #due = new Set<Paint>();
  #asked = false;

  constructor(nextFrame: (run: Paint) => void) {
    this.#nextFrame = nextFrame;
  }

  /** Runs `paint` before the next picture; once, by its identity. */
  ask(paint: Paint): void {
    this.#due.add(paint);
    if (this.#asked) return;
    this.#asked = true;
    this.#nextFrame(this.#run);
  }

  readonly #run = (at: number): void => {
    const due = this.#due;
    this.#due = new Set();
    this.#asked = false;
    for (const paint of due) paint(at);
  };
}
