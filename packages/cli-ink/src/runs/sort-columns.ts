/** What `benn runs --sort` takes. */
export const SORT_COLUMNS = ["name", "began", "vote", "members", "size", "status"] as const;
