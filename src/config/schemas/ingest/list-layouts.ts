/** How a text file may hold a user's items in one line. */

/**
 * `user item item ...` (adjacency, as LightGCN publishes its splits), `user count item item ...`, or `count item item
 * ...` with the users in the order of the lines, from 0 (as CiteULike is published).
 */
export const listLayouts = ["adjacency", "counted-adjacency", "counted-lists"] as const;
export type ListLayout = (typeof listLayouts)[number];

/** What the user says of all text files; undefined where their lines are to tell. */
export type FormatWish = "table" | ListLayout | undefined;
