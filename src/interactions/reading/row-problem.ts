/** What may be wrong with a row of table `raw`. */

/** Values of raw.problem. Which of several a row has is said where it is loaded. */
export const ROW_PROBLEM = {
  none: 0,
  notWanted: 1,
  repeatedHeader: 2,
  userMissing: 3,
  itemMissing: 4,
  /** Nothing says what such an event weighs. */
  eventUnnamed: 5,
  /** From here on the row is malformed. */
  timeUnreadable: 6,
  ratingUnreadable: 7,
  weightUnreadable: 8,
  eventMissing: 9,
  notARow: 10,
} as const;
