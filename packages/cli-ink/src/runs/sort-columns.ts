/** The values of `benn runs --sort`. */
export const SORT_COLUMNS = ["name", "began", "vote", "members", "size", "status"] as const;
