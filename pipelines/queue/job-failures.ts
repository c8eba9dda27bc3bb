/** What a job may throw besides errors that another attempt may mend. */

/** A failure that no retry mends: bad data or a wrong setting. */
export class PermanentFailure extends Error {
  override readonly name = "PermanentFailure";
}

/** No failure: the job is for the next worker, as if this one had never taken it. */
export class HandedBack extends Error {
  override readonly name = "HandedBack";
}
