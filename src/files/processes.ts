/** Which process this is and which others still run: what locks and unfinished files are marked with. */

export interface Processes {
  /** This process, to write into lock files and names of unfinished files. */
  readonly processId: number;
  /** Whether a process of this machine still runs: a lock left by a dead one is stale. */
  isProcessAlive(processId: number): boolean;
}
