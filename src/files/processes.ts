/** Which process this is and which others still run: what locks and unfinished files are marked with. */

export interface Processes {
  /** This process, to write into lock files and names of unfinished files. */
  readonly processId: number;
  /**
   * Where process ids mean what they mean here: one machine since its last start, and one PID namespace in it. Letters
   * and digits.
   */
  readonly place: string;
  /** Of this process alone: ids are given out again, this is not. No spaces. */
  readonly token: string;
  /**
   * Whether a process of this place still runs. Given its token too, whether it is still the one that had it: what a
   * dead one left is stale.
   */
  isProcessAlive(processId: number, token?: string): boolean;
  /** Milliseconds since the epoch. */
  now(): number;
}
