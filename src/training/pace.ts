/**
 * How many steps to ask of the engine at once: enough to make a call cheap, few enough to show
 * progress and to stop soon.
 */

const CALL_MILLISECONDS = 150;
const MOST_STEPS = 100_000;

/** Changes with the machine's speed and never changes results. */
export class Pace {
  #steps = 1;

  get steps(): number {
    return this.#steps;
  }

  /** At most tenfold a call: the first steps also warm caches and compilers. */
  observe(steps: number, milliseconds: number): void {
    const fitting = milliseconds > 0 ? Math.floor((steps * CALL_MILLISECONDS) / milliseconds) : Infinity;
    this.#steps = Math.max(1, Math.min(fitting, 10 * this.#steps, MOST_STEPS));
  }
}
